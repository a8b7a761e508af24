// The three phases of a block.
#include "execution.hpp"
#include "tile_load.hpp"
#include "tile_store.hpp"

namespace convgauge::backends::winograd {
namespace {

/// V of one run, of one image and the channels of one pixel. `v` is where the run's first tile has its first value.
void transform_window(const Plan& plan, const Pixels& pixels, const Run& run, std::int64_t columns,
                      const Scratch& scratch, float* v) {
  const auto &h = *plan.tiling.h.transform, &w = *plan.tiling.w.transform;
  const auto width = plan.width(), half_row = plan.strip_columns() * width;
  Pixels in = pixels;
  if (h.n() > 1) {
    plan.kernels->forward[h.n()](
        {pixels.at, pixels.row_step, pixels.column_step, scratch.half, half_row, width, columns});
    in = {scratch.half, half_row, width};
  }
  for (int i = 0; i < h.n(); ++i)
    plan.kernels->forward[w.n()]({in.at + i * in.row_step, in.column_step, w.m * in.column_step,
                                  v + i * w.n() * plan.v_point(), plan.v_point(), width, run.tiles});
}

void transform_run(const Plan& plan, const float* src, std::int64_t group, const Run& run, const Scratch& scratch,
                   float* v) {
  const auto &h = plan.tiling.h, &w = plan.tiling.w;
  const auto columns = run.tiles * w.transform->m + w.transform->r - 1;
  for (std::int64_t image = 0; image < plan.images(); ++image)
    for (std::int64_t c = 0; c < plan.group_inputs; c += plan.width()) {
      const Window window{run.image,
                          group * plan.group_inputs + c,
                          std::min(plan.width(), plan.group_inputs - c),
                          h.start(run.residue_h, image / w.images()) + h.step * h.transform->m * run.tile_y,
                          w.start(run.residue_w, image % w.images()) + w.step * w.transform->m * run.tile_x,
                          columns};
      transform_window(plan, load_window(plan, src, window, scratch.strip), run, columns, scratch,
                       v + image * plan.v_image() + c / plan.width() * plan.v_block());
    }
}

/// Whether a tile's columns lie in the source, in every image of it.
bool has_no_padding(const AxisPlan& w, std::int64_t residue, std::int64_t tile) {
  for (std::int64_t image = 0; image < w.images(); ++image) {
    const auto first = w.start(residue, image) + w.step * w.transform->m * tile;
    if (first < 0 || first + w.step * (w.transform->n() - 1) >= w.axis.input) return false;
  }
  return true;
}

/// Cuts a run where its columns enter and leave the padding: what lies between can be read where it is.
template <class Visit>
void for_each_side(const Plan& plan, const Run& run, Visit&& visit) {
  const auto inside = [&](std::int64_t i) { return has_no_padding(plan.tiling.w, run.residue_w, run.tile_x + i); };
  for (std::int64_t begin = 0, end; begin < run.tiles; begin = end) {
    for (end = begin + 1; end < run.tiles && inside(end) == inside(begin);) ++end;
    Run part = run;
    part.tile_x += begin;
    part.tiles = end - begin;
    visit(part, begin);
  }
}

/// The outputs of one run, of one vector of channels. `m` is where the run's first tile has them.
void transform_products(const Plan& plan, const float* m, const Run& run, const Target& target, const float* bias,
                        const Scratch& scratch, float* dst) {
  const auto &h = *plan.tiling.h.transform, &w = *plan.tiling.w.transform;
  const auto width = plan.width(), row = plan.strip_columns() * width;
  for (int i = 0; i < h.n(); ++i)
    plan.kernels->inverse[w.m][w.n()](
        {m + i * w.n() * plan.m_point(), plan.m_point(), width, scratch.half + i * row, width, w.m * width, run.tiles},
        scratch.zero);
  const auto finish = plan.kernels->inverse[h.m][h.n()];
  if (takes_pixels(plan, target) && target.rows == h.m) {
    finish({scratch.half, row, width, dst + plan.dst.offset(target.image, target.channel, target.y, target.x),
            plan.tiling.h.residues * plan.dst.row, plan.tiling.w.residues * plan.dst.column, target.columns},
           bias);
    return;
  }
  finish({scratch.half, row, width, scratch.strip, row, width, target.columns}, bias);
  store_strip(plan, scratch.strip, target, dst);
}

/// The whole target of a run but for its channels.
Target target_of(const Plan& plan, const Run& run) {
  const auto &h = plan.tiling.h, &w = plan.tiling.w;
  const auto y = run.tile_y * h.transform->m, x = run.tile_x * w.transform->m;
  return {run.image,
          0,
          0,
          run.residue_h + y * h.residues,
          run.residue_w + x * w.residues,
          std::min<std::int64_t>(h.transform->m, h.outputs(run.residue_h) - y),
          std::min(run.tiles * w.transform->m, w.outputs(run.residue_w) - x)};
}

}  // namespace

void transform_inputs(const Plan& plan, const float* src, std::int64_t group, std::int64_t block_begin,
                      std::int64_t begin, std::int64_t end, const Scratch& scratch, float* v) {
  for_each_run(plan.tiling, begin, end, plan.run(), [&](const Run& run, std::int64_t tile) {
    float* to = v + (begin - block_begin + tile) * plan.width();
    if (!plan.src.channels_last()) return transform_run(plan, src, group, run, scratch, to);
    for_each_side(plan, run, [&](const Run& part, std::int64_t first) {
      transform_run(plan, src, group, part, scratch, to + first * plan.width());
    });
  });
}

void multiply(const Plan& plan, const float* v, const float* u, std::int64_t bundle, std::int64_t tiles, float* m) {
  const auto first = bundle * plan.bundle, last = std::min(first + plan.bundle, plan.panels());
  for (std::int64_t point = 0; point < plan.points(); ++point)
    for (auto panel = first; panel < last; ++panel)
      plan.kernels->multiply({v + point * plan.v_point(), plan.v_block(), plan.v_image(), u + plan.packed(panel, point),
                              m + (panel - first) * plan.m_panel() + point * plan.m_point(), plan.m_half(), tiles,
                              plan.images(), plan.group_inputs});
}

void transform_outputs(const Plan& plan, const float* bias, std::int64_t group, std::int64_t bundle, std::int64_t begin,
                       std::int64_t end, const Scratch& scratch, float* dst) {
  const auto width = plan.width(), first = bundle * plan.bundle * plan.panel();
  const auto last = std::min(first + plan.bundle * plan.panel(), plan.group_outputs);
  for_each_run(plan.tiling, begin, end, plan.run(), [&](const Run& run, std::int64_t tile) {
    Target target = target_of(plan, run);
    for (auto o = first; o < last; o += width) {
      const auto panel = (o - first) / plan.panel(), half = o % plan.panel() / width;
      target.channel = group * plan.group_outputs + o;
      target.lanes = std::min(width, plan.group_outputs - o);
      transform_products(plan, scratch.m + panel * plan.m_panel() + half * plan.m_half() + tile * width, run, target,
                         bias + o, scratch, dst);
    }
  });
}

}  // namespace convgauge::backends::winograd
