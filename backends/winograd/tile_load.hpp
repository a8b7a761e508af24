// From the source, in any layout and with its padding, to pixels that a sweep can read.
#pragma once
#include "plan.hpp"

namespace convgauge::backends::winograd {

/// Pixels of `width` channels: (row, column) lies at `at + row row_step + column column_step`.
struct Pixels {
  const float* at;
  std::int64_t row_step, column_step;
};

/// What is to be read: the source behind `columns` columns of n_h rows of a run, in one image of it.
struct Window {
  std::int64_t image;           // of the batch
  std::int64_t channel, lanes;  // the first channel, and how many of the pixel's are wanted
  std::int64_t y, x;            // source indices of the first row and column; may lie in the padding
  std::int64_t columns;
};

/// The window as pixels: in the source itself where that has them, else copied into `strip`. The lanes beyond
/// window.lanes hold anything.
Pixels load_window(const Plan& plan, const float* src, const Window& window, float* strip);

}  // namespace convgauge::backends::winograd
