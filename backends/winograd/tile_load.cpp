#include "tile_load.hpp"

namespace convgauge::backends::winograd {
namespace {

/// The columns [begin, end) of a window that lie in the source, not in its padding.
struct Inside {
  std::int64_t begin, end;
  Inside(const Plan& plan, const Window& window) {
    const auto& w = plan.tiling.w;
    const auto last = w.axis.input - 1;
    begin = std::min(window.x < 0 ? divided_up(-window.x, w.step) : 0, window.columns);
    end = std::max(window.x <= last ? std::min((last - window.x) / w.step + 1, window.columns) : 0,
                   begin);
  }
};

/// The window's rows, each from column 0 of the source on.
Rows source_rows(const Plan& plan, const float* src, const Window& window, const float* zero) {
  const auto& layout = plan.src;
  const auto& h = plan.tiling.h;
  const float* first = src + layout.offset(window.image, window.channel, 0, 0);
  Rows rows;
  for (int k = 0; k < h.transform->n(); ++k) {
    const auto y = h.source(window.y + k * h.step);
    rows.at[k] = y >= 0 ? first + y * layout.row : zero;
    rows.next[k] = y >= 0 ? plan.tiling.w.step * layout.column : 0;
  }
  return rows;
}

/// Transforms columns [begin, end) of the window; the first of them is column `x` of the source.
void sweep(const Plan& plan, Rows rows, std::int64_t x, std::int64_t begin, std::int64_t end,
           float* half) {
  const int n = plan.tiling.h.transform->n();
  for (int k = 0; k < n; ++k)
    if (rows.next[k] != 0) rows.at[k] += x * plan.src.column;
  plan.kernels->columns[n]({rows, half + begin * plan.width(), plan.strip_columns() * plan.width(),
                            plan.width(), end - begin});
}

/// Transforms column `i`, which lies in the padding.
void transform_padding(const Plan& plan, const Rows& rows, const Window& window, std::int64_t i,
                       float* half) {
  const auto x = plan.tiling.w.source(window.x + i * plan.tiling.w.step);
  if (x >= 0) return sweep(plan, rows, x, i, i + 1, half);
  for (int k = 0; k < plan.tiling.h.transform->n(); ++k)
    std::fill_n(half + (k * plan.strip_columns() + i) * plan.width(), plan.width(), 0.0f);
}

void transform_in_place(const Plan& plan, const float* src, const Window& window,
                        const Scratch& scratch) {
  const Rows rows = source_rows(plan, src, window, scratch.zero);
  const Inside inside(plan, window);
  for (std::int64_t i = 0; i < inside.begin; ++i)
    transform_padding(plan, rows, window, i, scratch.half);
  if (inside.begin < inside.end)
    sweep(plan, rows, window.x + inside.begin * plan.tiling.w.step, inside.begin, inside.end,
          scratch.half);
  for (auto i = inside.end; i < window.columns; ++i)
    transform_padding(plan, rows, window, i, scratch.half);
}

/// Copies `count` pixels of one source row, step columns apart from `from` on; none lies in the
/// padding. `readable`: how many floats there are from `from` to the end of its plane.
void copy_inside(const Plan& plan, const float* from, std::int64_t count, const Window& window,
                 std::int64_t readable, float* pixels) {
  const auto& layout = plan.src;
  const auto width = plan.width(), step = plan.tiling.w.step;
  if (!layout.channels_last() && step == 1)
    return plan.kernels->gather_planes(from, layout.plane, window.lanes, count, readable, pixels);
  const auto lane_step = layout.channels_last() ? 1 : layout.plane;
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t lane = 0; lane < width; ++lane)
      pixels[i * width + lane] =
          lane < window.lanes ? from[i * step * layout.column + lane * lane_step] : 0.0f;
}

/// Copies the window's columns of source row `y`, including those in the padding. `src` points to
/// the window's first channel.
void copy_row(const Plan& plan, const float* src, std::int64_t y, const Window& window,
              float* pixels) {
  const auto& w = plan.tiling.w;
  const auto width = plan.width();
  const Inside inside(plan, window);
  const auto copy = [&](std::int64_t x, std::int64_t i, std::int64_t count) {
    const auto at = y * plan.src.row + x * plan.src.column;
    copy_inside(plan, src + at, count, window, plan.src.plane - at, pixels + i * width);
  };
  const auto pad = [&](std::int64_t i) {
    const auto x = w.source(window.x + i * w.step);
    if (x >= 0) return copy(x, i, 1);
    std::fill_n(pixels + i * width, width, 0.0f);
  };
  for (std::int64_t i = 0; i < inside.begin; ++i) pad(i);
  if (inside.begin < inside.end)
    copy(window.x + inside.begin * w.step, inside.begin, inside.end - inside.begin);
  for (auto i = inside.end; i < window.columns; ++i) pad(i);
}

void transform_copies(const Plan& plan, const float* src, const Window& window,
                      const Scratch& scratch) {
  const auto& h = plan.tiling.h;
  const int n = h.transform->n();
  const auto strip_row = plan.strip_columns() * plan.width();
  const float* first = src + plan.src.offset(window.image, window.channel, 0, 0);
  Rows rows;
  for (int k = 0; k < n; ++k) {
    const auto y = h.source(window.y + k * h.step);
    if (y >= 0) copy_row(plan, first, y, window, scratch.strip + k * strip_row);
    rows.at[k] = y >= 0 ? scratch.strip + k * strip_row : scratch.zero;
    rows.next[k] = y >= 0 ? plan.width() : 0;
  }
  plan.kernels->columns[n]({rows, scratch.half, strip_row, plan.width(), window.columns});
}

}  // namespace

void transform_columns(const Plan& plan, const float* src, const Window& window,
                       const Scratch& scratch) {
  const bool in_place = plan.src.channels_last() && plan.src.room(window.channel) >= plan.width();
  in_place ? transform_in_place(plan, src, window, scratch)
           : transform_copies(plan, src, window, scratch);
}

}  // namespace convgauge::backends::winograd
