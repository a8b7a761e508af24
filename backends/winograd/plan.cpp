#include "plan.hpp"

namespace convgauge::backends::winograd {
namespace {

constexpr std::int64_t kSecondCache = 1 << 20;  // bytes, of one core: 1 MiB on AMD's Zen 4, 1 to 2 on Intel's servers

/// Half of the second cache for V; but no fewer tiles than make up for reading U, which comes from further away, once
/// for each block (measured: 54 tiles are enough with 256 and 512 channels), and no more than M has room for.
std::int64_t tiles_of_block(const Plan& plan) {
  const auto tile_bytes = plan.points() * plan.depth() * std::int64_t{sizeof(float)};
  return std::clamp<std::int64_t>(kSecondCache / 2 / tile_bytes, 54, 96);
}

/// Whether all threads do better on one block, each with its own output channels, than each on its own tiles. A block
/// of t tiles takes as long as t + 4: U has to come from the third cache. Sharing V costs a twentieth.
bool shares_blocks(const Plan& plan, std::int64_t tiles) {
  if (plan.threads == 1) return false;
  const auto share = [](std::int64_t items, std::int64_t threads) {  // of the time that all threads work
    return static_cast<double>(items) / static_cast<double>(divided_up(items, threads) * threads);
  };
  const auto efficiency = [&](std::int64_t block) {
    const auto t = static_cast<double>(std::min(block, tiles_of_block(plan)));
    return t / (t + 4);
  };
  const auto items = tiles * plan.groups;
  const double apart = share(items, plan.threads) * efficiency(std::min(divided_up(items, plan.threads), tiles));
  return 0.95 * share(plan.panels(), plan.threads) * efficiency(tiles) > apart;
}

}  // namespace

Plan::Plan(const cvg_spec& spec, const Choice& choice, const Kernels& chosen_kernels, int thread_count)
    : kernels(&chosen_kernels),
      tiling(AxisPlan(spec.h, spec.padding_mode, *choice.h), AxisPlan(spec.w, spec.padding_mode, *choice.w),
             spec.batch),
      groups(spec.groups),
      group_inputs(spec.in_channels / spec.groups),
      group_outputs(spec.out_channels / spec.groups),
      bias(spec.bias != 0),
      threads(thread_count) {
  const auto arrangement = arrangement_of(spec, width());
  src = {arrangement, spec.in_channels, spec.h.input, spec.w.input, width()};
  dst = {arrangement, spec.out_channels, tiling.h.output, tiling.w.output, width()};
  const auto tiles = std::max<std::int64_t>(tiling.tiles(), 1), wanted = tiles_of_block(*this);
  shared = shares_blocks(*this, tiles);
  const auto parts = shared ? 1 : threads;
  const auto rounds = std::max<std::int64_t>((tiles + wanted * parts / 2) / (wanted * parts), 1);
  block_tiles = divided_up(tiles, std::min(rounds * parts, tiles));
  const auto products = m_panel() * std::int64_t{sizeof(float)};
  const auto most = shared ? divided_up(panels(), threads) : panels();
  bundle = std::clamp<std::int64_t>(kSecondCache / 4 / products, 1, most);
}

Workspace::Workspace(const Plan& plan, void* base) {
  Arena arena(base);
  if (plan.shared) shared_v = arena.take<float>(plan.v_floats());
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
  Arena shared(nullptr);
  if (plan.shared) shared.take<float>(plan.v_floats());
  return shared.bytes() + static_cast<std::size_t>(plan.threads) * Workspace(plan, nullptr).thread_bytes;
}

}  // namespace convgauge::backends::winograd
