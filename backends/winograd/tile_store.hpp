// Writes finished pixels to the destination, in any layout.
#pragma once
#include "plan.hpp"

namespace convgauge::backends::winograd {

/// Where a run's outputs go: `rows` x `columns` of them, from (y, x) on, in steps of `residues` of
/// each axis.
struct Target {
  std::int64_t image;           // of the batch
  std::int64_t channel, lanes;  // the first channel, and how many of the pixel's exist
  std::int64_t y, x;
  std::int64_t rows, columns;
};

/// Whether an inverse transform may write whole pixels directly to the destination.
bool takes_pixels(const Plan& plan, const Target& target);

/// Writes `strip`, whose rows have plan.strip_columns() pixels, to the target. Lanes of a block
/// that have no channel become zero.
void store_strip(const Plan& plan, const float* strip, const Target& target, float* dst);

}  // namespace convgauge::backends::winograd
