#include "tile_load.hpp"

namespace convgauge::backends::winograd {
namespace {

bool inside(const AxisPlan& axis, std::int64_t first, std::int64_t count) {
  return first >= 0 && first + axis.step * (count - 1) < axis.axis.input;
}

/// `count` pixels of one source row from index `x` on, axis.step apart, all inside.
void copy_inside(const Plan& plan, const float* row, std::int64_t x, std::int64_t count, const Window& window,
                 float* pixels) {
  const auto& layout = plan.src;
  const auto width = plan.width(), step = plan.tiling.w.step;
  const float* from = row + x * layout.column;
  if (layout.channels_last() && layout.room(window.channel) >= width)
    return plan.kernels->forward[1]({from, 0, step * layout.column, pixels, 0, width, count});
  if (!layout.channels_last() && step == 1)
    return plan.kernels->gather_planes(from, layout.plane, window.lanes, count, pixels);
  const auto lane_step = layout.channels_last() ? 1 : layout.plane;
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t lane = 0; lane < width; ++lane)
      pixels[i * width + lane] = lane < window.lanes ? from[i * step * layout.column + lane * lane_step] : 0.0f;
}

/// One pixel that may lie in the padding.
void copy_padded(const Plan& plan, const float* row, std::int64_t x, const Window& window, float* pixel) {
  const auto source = plan.tiling.w.source(x);
  if (source >= 0)
    copy_inside(plan, row, source, 1, window, pixel);
  else
    std::fill_n(pixel, plan.width(), 0.0f);
}

void copy_row(const Plan& plan, const float* row, const Window& window, float* pixels) {
  const auto& w = plan.tiling.w;
  const auto width = plan.width(), last = w.axis.input - 1;
  const auto begin = std::min(window.x < 0 ? divided_up(-window.x, w.step) : 0, window.columns);
  const auto end = std::max(window.x <= last ? std::min((last - window.x) / w.step + 1, window.columns) : 0, begin);
  for (std::int64_t i = 0; i < begin; ++i) copy_padded(plan, row, window.x + i * w.step, window, pixels + i * width);
  if (begin < end) copy_inside(plan, row, window.x + begin * w.step, end - begin, window, pixels + begin * width);
  for (auto i = end; i < window.columns; ++i) copy_padded(plan, row, window.x + i * w.step, window, pixels + i * width);
}

}  // namespace

Pixels load_window(const Plan& plan, const float* src, const Window& window, float* strip) {
  const auto& h = plan.tiling.h;
  const auto& layout = plan.src;
  const auto rows = h.transform->n();
  if (layout.channels_last() && layout.room(window.channel) >= plan.width() && inside(h, window.y, rows) &&
      inside(plan.tiling.w, window.x, window.columns))
    return {src + layout.offset(window.image, window.channel, window.y, window.x), h.step * layout.row,
            plan.tiling.w.step * layout.column};
  const auto strip_row = plan.strip_columns() * plan.width();
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto y = h.source(window.y + i * h.step);
    if (y >= 0)
      copy_row(plan, src + layout.offset(window.image, window.channel, y, 0), window, strip + i * strip_row);
    else
      std::fill_n(strip + i * strip_row, window.columns * plan.width(), 0.0f);
  }
  return {strip, strip_row, plan.width()};
}

}  // namespace convgauge::backends::winograd
