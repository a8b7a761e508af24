// Reads the source, in any layout and with its padding, and transforms its columns.
#pragma once
#include "plan.hpp"

namespace convgauge::backends::winograd {

/// The part of the source that is read for one run: `columns` columns of n_h rows, for one image
/// (phase and piece, axis.hpp) and one pixel of channels.
struct Window {
  std::int64_t image;           // of the batch
  std::int64_t channel, lanes;  // the first channel, and how many of the pixel's are wanted
  std::int64_t y, x;  // source indices of the first row and column; may lie in the padding
  std::int64_t columns;
};

/// Transforms the window's columns: element k of column i goes to pixel (k, i) of scratch.half,
/// whose rows have plan.strip_columns() pixels. Where the layout has whole pixels, the columns are
/// read in place, else they are first copied to scratch.strip. Lanes from window.lanes on are
/// unspecified.
void transform_columns(const Plan& plan, const float* src, const Window& window,
                       const Scratch& scratch);

}  // namespace convgauge::backends::winograd
