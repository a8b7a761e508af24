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
void finish_block(const Plan& plan, const Operands& o, std::int64_t group, const Share& tiles, const Share& bundles,
                  const float* v, const Scratch& scratch) {
  const auto* u = o.packed.u + group * plan.panels() * plan.packed_panel();
  const auto* bias = o.packed.bias + group * plan.panels() * plan.panel();
  for (auto bundle = bundles.begin; bundle < bundles.end; ++bundle) {
    multiply(plan, v, u, bundle, tiles.end - tiles.begin, scratch.m);
    transform_outputs(plan, bias, group, bundle, tiles.begin, tiles.end, scratch, o.dst);
  }
}

Share tiles_of_block(const Plan& plan, std::int64_t block) {
  const auto blocks = plan.blocks();
  return {0, plan.tiling.tiles(), block, blocks};
}

/// This thread's part of all blocks of all groups, alone.
void run_own_blocks(const Plan& plan, const Operands& o, const Scratch& scratch) {
  const Share items(0, plan.blocks() * plan.groups, thread_index(), thread_count());
  for (auto item = items.begin; item < items.end; ++item) {
    const auto group = item % plan.groups;
    const Share tiles = tiles_of_block(plan, item / plan.groups);
    transform_inputs(plan, o.src, group, tiles.begin, tiles.begin, tiles.end, scratch, scratch.v);
    finish_block(plan, o, group, tiles, {0, plan.bundles(), 0, 1}, scratch.v, scratch);
  }
}

/// All blocks of all groups, together with the other threads: V by tiles, the rest by output channels.
void run_shared_blocks(const Plan& plan, const Operands& o, const Scratch& scratch) {
  const auto thread = thread_index(), threads = thread_count();
  for (std::int64_t item = 0; item < plan.blocks() * plan.groups; ++item) {
    const auto group = item % plan.groups;
    const Share tiles = tiles_of_block(plan, item / plan.groups);
    const Share mine(tiles.begin, tiles.end, thread, threads);
    transform_inputs(plan, o.src, group, tiles.begin, mine.begin, mine.end, scratch, o.workspace.shared_v);
#pragma omp barrier
    finish_block(plan, o, group, tiles, {0, plan.bundles(), thread, threads}, o.workspace.shared_v, scratch);
#pragma omp barrier
  }
}

}  // namespace

void execute(const Plan& plan, const Operands& operands) {
#pragma omp parallel num_threads(plan.threads)
  {
    const Scratch scratch = operands.workspace.of(plan, thread_index());
    std::fill_n(scratch.zero, plan.width(), 0.0f);
    plan.shared ? run_shared_blocks(plan, operands, scratch) : run_own_blocks(plan, operands, scratch);
  }
}

}  // namespace convgauge::backends::winograd
