// From the source, in any layout and with its padding, to transformed columns.
#pragma once
#include "plan.hpp"

namespace convgauge::backends::winograd {

/// What is to be read: the source behind `columns` columns of n_h rows of a run, in one image of
/// it.
struct Window {
  std::int64_t image;           // of the batch
  std::int64_t channel, lanes;  // the first channel, and how many of the pixel's are wanted
  std::int64_t y, x;  // source indices of the first row and column; may lie in the padding
  std::int64_t columns;
};

/// The transforms of the window's columns: element k of column i goes to scratch.half, pixel (k,
/// i), its rows plan.strip_columns() pixels long. Columns are read where they are, if that has
/// pixels; else through scratch.strip. The lanes beyond window.lanes hold anything.
void transform_columns(const Plan& plan, const float* src, const Window& window,
                       const Scratch& scratch);

}  // namespace convgauge::backends::winograd
