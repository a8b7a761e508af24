#include "plan.hpp"

#include <cmath>
#include <numeric>

namespace convgauge::backends::winograd {
namespace {

// Bytes of one core's L2 cache: 1 MiB on AMD's Zen 4, 1 to 2 MiB on Intel's servers.
constexpr std::int64_t kSecondCache = 1 << 20;

/// So many tiles that V takes half of the L2 cache; but at least so many that their products take
/// longer than reading U, which is read from the L3 cache or memory once for each block (measured:
/// 54 tiles are enough with 256 and 512 channels), and no more than M has room for.
std::int64_t tiles_of_block(const Plan& plan) {
  const auto tile_bytes = plan.points() * plan.depth() * std::int64_t{sizeof(float)};
  return std::clamp<std::int64_t>(kSecondCache / 2 / tile_bytes, 54, 96);
}

/// Into how many blocks the tiles must be cut so that the blocks of all groups are divided evenly
/// among `tile_parts`.
std::int64_t cuts(const Plan& plan, std::int64_t tile_parts) {
  return tile_parts / std::gcd(tile_parts, plan.groups);
}

/// The work of the busiest thread; the unit is the products of one tile and one panel. A block
/// costs as much as 4 additional tiles, because U is read from the L3 cache; fewer than 4 tiles do
/// not fill the pipeline; the transforms of a tile cost half a unit.
double longest_share(const Plan& plan, std::int64_t tiles, std::int64_t tile_parts,
                     std::int64_t panel_parts) {
  const auto block =
      static_cast<double>(std::max<std::int64_t>(divided_up(tiles, cuts(plan, tile_parts)), 4));
  const auto blocks =
      static_cast<double>(divided_up(plan.groups * cuts(plan, tile_parts), tile_parts));
  return blocks *
         ((block + 4) * static_cast<double>(divided_up(plan.panels(), panel_parts)) + block / 2);
}

/// Divides the threads by blocks of tiles and, where there are few blocks, also by output channels.
void share_out(Plan& plan, std::int64_t tiles) {
  double least = HUGE_VAL;
  for (std::int64_t tile_parts = plan.threads; tile_parts > 0; --tile_parts) {
    const auto panel_parts = std::min(plan.threads / tile_parts, plan.panels());
    const auto work = longest_share(plan, tiles, tile_parts, panel_parts);
    if (work >= least) continue;
    least = work;
    plan.tile_parts = tile_parts;
    plan.panel_parts = panel_parts;
  }
}

/// As many panels as M has room for in a quarter of the L2 cache, or fewer where that divides the
/// panels more evenly.
std::int64_t panels_of_bundle(const Plan& plan) {
  const auto products = plan.m_panel() * std::int64_t{sizeof(float)};
  const auto longest = [&](std::int64_t bundle) {
    const auto bundles = divided_up(plan.panels(), bundle);
    return std::min(divided_up(bundles, plan.panel_parts) * bundle, plan.panels());
  };
  auto best = std::clamp<std::int64_t>(kSecondCache / 4 / products, 1,
                                       divided_up(plan.panels(), plan.panel_parts));
  for (auto bundle = best; bundle > 0; --bundle)
    if (longest(bundle) < longest(best)) best = bundle;
  return best;
}

}  // namespace

Plan::Plan(const cvg_spec& spec, const Choice& choice, const Kernels& chosen_kernels,
           int thread_count)
    : kernels(&chosen_kernels),
      tiling(AxisPlan(spec.h, spec.padding_mode, *choice.h),
             AxisPlan(spec.w, spec.padding_mode, *choice.w), spec.batch),
      groups(spec.groups),
      group_inputs(spec.in_channels / spec.groups),
      group_outputs(spec.out_channels / spec.groups),
      bias(spec.bias != 0),
      threads(thread_count) {
  const auto arrangement = arrangement_of(spec, width());
  src = {arrangement, spec.in_channels, spec.h.input, spec.w.input, width()};
  dst = {arrangement, spec.out_channels, tiling.h.output, tiling.w.output, width()};
  const auto tiles = std::max<std::int64_t>(tiling.tiles(), 1);
  share_out(*this, tiles);
  const auto parts = cuts(*this, tile_parts), wanted = tiles_of_block(*this);
  const auto rounds = std::max<std::int64_t>((tiles + wanted * parts / 2) / (wanted * parts), 1);
  block_tiles = divided_up(tiles, std::min(rounds * parts, tiles));
  bundle = panels_of_bundle(*this);
}

Workspace::Workspace(const Plan& plan, void* base) {
  Arena arena(base);
  first_thread = arena.take<unsigned char>(0);
  Arena one(nullptr);
  static_cast<void>(Scratch(plan, one));
  thread_bytes = one.bytes();
}

Scratch Workspace::of(const Plan& plan, int thread) const {
  Arena arena(first_thread + static_cast<std::size_t>(thread) * thread_bytes);
  return Scratch(plan, arena);
}

std::size_t packed_weights_bytes(const Plan& plan) {
  Arena arena(nullptr);
  static_cast<void>(PackedWeights(plan, arena));
  return arena.bytes();
}

std::size_t workspace_bytes(const Plan& plan) {
  return static_cast<std::size_t>(plan.threads) * Workspace(plan, nullptr).thread_bytes;
}

}  // namespace convgauge::backends::winograd
