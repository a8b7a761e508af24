#include "tile_store.hpp"

namespace convgauge::backends::winograd {
namespace {

void store_row(const Plan& plan, const float* pixels, const Target& target, float* to) {
  const auto& layout = plan.dst;
  const auto width = plan.width(), step = plan.tiling.w.residues;
  if (!layout.channels_last() && step == 1)
    return plan.kernels->scatter_planes(pixels, layout.plane, target.lanes, target.columns, to);
  const auto lane_step = layout.channels_last() ? 1 : layout.plane;
  const auto lanes = layout.arrangement == Arrangement::blocks ? width : target.lanes;
  for (std::int64_t i = 0; i < target.columns; ++i)
    for (std::int64_t lane = 0; lane < lanes; ++lane)
      to[i * step * layout.column + lane * lane_step] =
          lane < target.lanes ? pixels[i * width + lane] : 0.0f;
}

}  // namespace

bool takes_pixels(const Plan& plan, const Target& target) {
  return plan.dst.channels_last() && target.lanes == plan.width();
}

void store_strip(const Plan& plan, const float* strip, const Target& target, float* dst) {
  for (std::int64_t i = 0; i < target.rows; ++i)
    store_row(plan, strip + i * plan.strip_columns() * plan.width(), target,
              dst + plan.dst.offset(target.image, target.channel,
                                    target.y + i * plan.tiling.h.residues, target.x));
}

}  // namespace convgauge::backends::winograd
