// From finished pixels to the destination, in any layout.
#pragma once
#include "plan.hpp"

namespace convgauge::backends::winograd {

/// Where a run's outputs go: `rows` x `columns` of them, from (y, x) on, in steps of the axes'
/// residues.
struct Target {
  std::int64_t image;           // of the batch
  std::int64_t channel, lanes;  // the first channel, and how many of the pixel's exist
  std::int64_t y, x;
  std::int64_t rows, columns;
};

/// Whether a sweep may write whole pixels into the destination itself.
bool takes_pixels(const Plan& plan, const Target& target);

/// Writes strip (plan.strip_columns() pixels a row) to the target; a block's lanes beyond the last
/// channel become zero.
void store_strip(const Plan& plan, const float* strip, const Target& target, float* dst);

}  // namespace convgauge::backends::winograd
