#include "plan.hpp"

#include <cstdlib>

namespace convgauge::backends::winograd {
namespace {

constexpr std::int64_t kSecondCache = 1 << 20;  // bytes; the smallest of today's x86 servers

std::int64_t tuned(const char* name, std::int64_t standard) {
  const char* text = std::getenv(name);
  return text ? std::atol(text) : standard;
}

/// V is to share the second cache with U's panel and the products; but each U is read once per block, from further
/// away.
std::int64_t tiles_of_block(const Plan& plan) {
  const auto tile_bytes = plan.points() * plan.depth() * std::int64_t{sizeof(float)};
  const auto fitting = kSecondCache / 2 / tile_bytes;
  return tuned("WG_TB", std::clamp<std::int64_t>(fitting, 4 * plan.kernels->rows, 16 * plan.kernels->rows));
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
  shared = threads > 1 && tiles * groups < threads * wanted;
  const auto parts = shared ? 1 : threads;
  const auto count = divided_up(divided_up(tiles, wanted), parts) * parts;
  block_tiles = divided_up(tiles, std::min(count, tiles));
  const auto products = m_panel() * std::int64_t{sizeof(float)};
  const auto most = shared ? divided_up(panels(), threads) : panels();
  bundle = std::clamp<std::int64_t>(tuned("WG_M", kSecondCache / 4) / products, 1, most);
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
