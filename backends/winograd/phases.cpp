// The three phases of a block.
#include "execution.hpp"
#include "tile_load.hpp"
#include "tile_store.hpp"

namespace convgauge::backends::winograd {
namespace {

/// Writes V of one run. `v` is where the first value of its first tile goes.
void transform_run(const Plan& plan, const float* src, std::int64_t group, const Run& run,
                   const Scratch& scratch, float* v) {
  const auto &h = plan.tiling.h, &w = plan.tiling.w;
  const auto width = plan.width(), half_row = plan.strip_columns() * width;
  const int n_h = h.transform->n(), n_w = w.transform->n();
  Window window{run.image, 0, 0, 0, 0, run.tiles * w.transform->m + w.transform->r - 1};
  for (std::int64_t image = 0; image < plan.images(); ++image) {
    window.y = h.start(run.residue_h, image / w.images()) + h.step * h.transform->m * run.tile_y;
    window.x = w.start(run.residue_w, image % w.images()) + w.step * w.transform->m * run.tile_x;
    for (std::int64_t c = 0; c < plan.group_inputs; c += width) {
      window.channel = group * plan.group_inputs + c;
      window.lanes = std::min(width, plan.group_inputs - c);
      transform_columns(plan, src, window, scratch);
      plan.kernels->forward[n_w]({scratch.half, width, w.transform->m * width, half_row,
                                  v + image * plan.v_image() + c / width * plan.v_block(),
                                  plan.v_point(), width, n_w * plan.v_point(), run.tiles, n_h});
    }
  }
}

/// Writes the outputs of one run, for one vector of channels. `m` is where the products of the
/// run's first tile begin.
void transform_products(const Plan& plan, const float* m, const Run& run, const Target& target,
                        const float* bias, const Scratch& scratch, float* dst) {
  const auto &h = *plan.tiling.h.transform, &w = *plan.tiling.w.transform;
  const auto width = plan.width(), row = plan.strip_columns() * width;
  plan.kernels->inverse[w.m][w.n()]({m, plan.m_point(), width, w.n() * plan.m_point(), scratch.half,
                                     width, w.m * width, row, run.tiles, h.n()},
                                    scratch.zero);
  const bool direct = takes_pixels(plan, target);
  float* to = direct ? dst + plan.dst.offset(target.image, target.channel, target.y, target.x)
                     : scratch.strip;
  plan.kernels->inverse[h.m][h.n()](
      {scratch.half, row, width, 0, to, direct ? plan.tiling.h.residues * plan.dst.row : row,
       direct ? plan.tiling.w.residues * plan.dst.column : width, 0, target.columns, 1,
       target.rows},
      bias);
  if (!direct) store_strip(plan, scratch.strip, target, dst);
}

/// The target of a run, without its channels.
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

void transform_inputs(const Plan& plan, const float* src, std::int64_t group, std::int64_t begin,
                      std::int64_t end, const Scratch& scratch) {
  for_each_run(plan.tiling, begin, end, plan.run(), [&](const Run& run, std::int64_t tile) {
    transform_run(plan, src, group, run, scratch, scratch.v + tile * plan.width());
  });
}

void multiply(const Plan& plan, const float* v, const float* u, std::int64_t bundle,
              std::int64_t tiles, float* m) {
  const auto first = bundle * plan.bundle, last = std::min(first + plan.bundle, plan.panels());
  for (std::int64_t point = 0; point < plan.points(); ++point)
    for (auto panel = first; panel < last; ++panel)
      plan.kernels->multiply({v + point * plan.v_point(), plan.v_block(), plan.v_image(),
                              u + plan.packed(panel, point),
                              m + (panel - first) * plan.m_panel() + point * plan.m_point(),
                              plan.m_half(), tiles, plan.images(), plan.group_inputs});
}

void transform_outputs(const Plan& plan, const float* bias, std::int64_t group, std::int64_t bundle,
                       std::int64_t begin, std::int64_t end, const Scratch& scratch, float* dst) {
  const auto width = plan.width(), first = bundle * plan.bundle * plan.panel();
  const auto last = std::min(first + plan.bundle * plan.panel(), plan.group_outputs);
  for_each_run(plan.tiling, begin, end, plan.run(), [&](const Run& run, std::int64_t tile) {
    Target target = target_of(plan, run);
    for (auto o = first; o < last; o += width) {
      const auto panel = (o - first) / plan.panel(), half = o % plan.panel() / width;
      target.channel = group * plan.group_outputs + o;
      target.lanes = std::min(width, plan.group_outputs - o);
      transform_products(plan,
                         scratch.m + panel * plan.m_panel() + half * plan.m_half() + tile * width,
                         run, target, bias + o, scratch, dst);
    }
  });
}

}  // namespace convgauge::backends::winograd
