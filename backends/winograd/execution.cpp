#include "execution.hpp"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace convgauge::backends::winograd {
namespace {

#ifdef _OPENMP
int thread_index() {
  return omp_get_thread_num();
}
int thread_count() {  // may be fewer than were asked for
  return omp_get_num_threads();
}
#else
int thread_index() {
  return 0;
}
int thread_count() {
  return 1;
}
#endif

/// Part `i` of `parts` of [begin, end).
struct Share {
  std::int64_t begin, end;
  Share(std::int64_t first, std::int64_t last, std::int64_t i, std::int64_t parts)
      : begin(first + (last - first) * i / parts), end(first + (last - first) * (i + 1) / parts) {}
};

/// Products and outputs of a share of the bundles, for the tiles of a block.
void finish_block(const Plan& plan, const Operands& o, std::int64_t group, const Share& tiles,
                  const Share& bundles, const Scratch& scratch) {
  const auto* u = o.packed.u + group * plan.panels() * plan.packed_panel();
  const auto* bias = o.packed.bias + group * plan.panels() * plan.panel();
  for (auto bundle = bundles.begin; bundle < bundles.end; ++bundle) {
    multiply(plan, scratch.v, u, bundle, tiles.end - tiles.begin, scratch.m);
    transform_outputs(plan, bias, group, bundle, tiles.begin, tiles.end, scratch, o.dst);
  }
}

Share tiles_of_block(const Plan& plan, std::int64_t block) {
  const auto blocks = plan.blocks();
  return {0, plan.tiling.tiles(), block, blocks};
}

/// Computes part `part` of plan.tile_parts * plan.panel_parts: a share of the blocks of all groups,
/// and of these a share of the bundles.
void run_part(const Plan& plan, const Operands& o, std::int64_t part, const Scratch& scratch) {
  const Share items(0, plan.blocks() * plan.groups, part / plan.panel_parts, plan.tile_parts);
  const Share bundles(0, plan.bundles(), part % plan.panel_parts, plan.panel_parts);
  for (auto item = items.begin; item < items.end; ++item) {
    const auto group = item % plan.groups;
    const Share tiles = tiles_of_block(plan, item / plan.groups);
    transform_inputs(plan, o.src, group, tiles.begin, tiles.end, scratch);
    finish_block(plan, o, group, tiles, bundles, scratch);
  }
}

}  // namespace

void execute(const Plan& plan, const Operands& operands) {
#pragma omp parallel num_threads(plan.threads)
  {
    const Scratch scratch = operands.workspace.of(plan, thread_index());
    std::fill_n(scratch.zero, plan.width(), 0.0f);
    for (std::int64_t part = thread_index(); part < plan.tile_parts * plan.panel_parts;
         part += thread_count())
      run_part(plan, operands, part, scratch);
  }
}

}  // namespace convgauge::backends::winograd
