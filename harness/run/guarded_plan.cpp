#include "run/guarded_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace convgauge {
namespace {

/// One element of poison. NaNs with a payload that no arithmetic on finite numbers makes; numbers that no fill makes.
std::uint64_t poison_bits(Dtype type, Poison poison) {
  const bool nan = poison == Poison::nan;
  switch (type) {
    case Dtype::f32:
      return nan ? 0x7fe1c0de : 0x4b5a5a5b;
    case Dtype::f64:
      return nan ? 0x7ffcc0dec0dec0de : 0x43aa5a5a5a5a5a5b;
    case Dtype::f16:
      return nan ? 0x7e5d : 0x6a5b;
    case Dtype::bf16:
      return nan ? 0x7fdd : 0x4b5b;
  }
  return 0;
}

void fill_pattern(std::byte* to, std::size_t bytes, Dtype type, Poison poison) {
  const auto bits = poison_bits(type, poison);
  const auto size = size_of(type);
  for (std::size_t i = 0; i < bytes; i += size) std::memcpy(to + i, &bits, size);
}

constexpr int kNanBytes = 0xFF;  // a NaN in every floating type

std::string touched_words(std::int64_t distance) {
  return distance < 0 ? fmt::format("wrote {} bytes before the start", -distance)
                      : fmt::format("wrote {} the end", past_words(static_cast<std::uint64_t>(distance)));
}

}  // namespace

std::optional<Verdict> trouble_of(const std::variant<Reply, Verdict>& outcome) {
  if (const auto* verdict = std::get_if<Verdict>(&outcome)) return *verdict;
  const auto& reply = std::get<Reply>(outcome);
  if (const auto* refused = std::get_if<Refused>(&reply)) return *refused;
  if (const auto* failed = std::get_if<Failed>(&reply)) return *failed;
  if (const auto* load = std::get_if<LoadFailed>(&reply)) return Failed{load->why};
  return std::nullopt;
}

std::int32_t GuardedPlan::reserve(std::uint64_t bytes, std::uint64_t alignment, int role) {
  binding_.regions.push_back(worker_.arena().reserve(bytes, alignment, role));
  return static_cast<std::int32_t>(binding_.regions.size()) - 1;
}

GuardedPlan::GuardedPlan(Worker& worker, const Spec& spec, const PlanOpened& plan, std::chrono::milliseconds limit)
    : worker_(worker), spec_(spec), plan_(plan), limit_(limit) {
  worker_.arena().clear();
  const auto tensor = [&](int role, std::size_t bytes, Dtype type) {
    std::uint64_t alignment = size_of(type);
    for (const auto& need : plan_.requirements)
      if (need.role == role && need.form == CVG_FORM_TENSOR)
        alignment = std::max<std::uint64_t>(alignment, need.alignment);
    return reserve(bytes, alignment, role);
  };
  binding_.src = tensor(CVG_ROLE_SRC, spec.src_bytes(), spec.src_type);
  binding_.weights = tensor(CVG_ROLE_WEIGHTS, spec.weights_bytes(), spec.weights_type);
  if (spec.geometry.bias) binding_.bias = tensor(CVG_ROLE_BIAS, spec.bias_bytes(), spec.dst_type);
  binding_.dst = tensor(CVG_ROLE_DST, spec.dst_bytes(), spec.dst_type);
  const std::int32_t tensors[] = {binding_.src, binding_.weights, binding_.bias, binding_.dst};
  for (const auto& need : plan_.requirements) {
    if (need.memory_kind != CVG_MEMORY_HOST)
      binding_.requirement_region.push_back(-1);
    else if (need.form == CVG_FORM_TENSOR && need.role <= CVG_ROLE_DST)
      binding_.requirement_region.push_back(tensors[need.role]);
    else
      binding_.requirement_region.push_back(reserve(need.bytes, need.alignment, need.role));
  }
}

void GuardedPlan::lay(const Inputs& inputs, Poison poison) {
  auto& arena = worker_.arena();
  for (const auto& r : binding_.regions) {
    lay_canary(arena.window(r), r);
    std::memset(arena.bytes(r, placement_), kNanBytes, r.bytes);
  }
  const auto copy = [&](std::int32_t index, const void* from) {
    if (index >= 0 && region(index).bytes > 0)
      std::memcpy(arena.bytes(region(index), placement_), from, region(index).bytes);
  };
  copy(binding_.src, inputs.src);
  copy(binding_.weights, inputs.weights);
  copy(binding_.bias, inputs.bias);
  fill_pattern(arena.bytes(region(binding_.dst), placement_), region(binding_.dst).bytes, spec_.dst_type, poison);
}

std::optional<Verdict> GuardedPlan::trespass(const Inputs& inputs) {
  // Their pages were read-only, but a plugin can make them writable.
  const std::pair<std::int32_t, const void*> given[] = {
      {binding_.src, inputs.src}, {binding_.weights, inputs.weights}, {binding_.bias, inputs.bias}};
  for (const auto& [index, from] : given)
    if (index >= 0 && region(index).bytes > 0 &&
        std::memcmp(worker_.arena().bytes(region(index), placement_), from, region(index).bytes) != 0)
      return Trespass{"R8", fmt::format("execute: {} was changed", role_word(region(index).role))};
  for (const auto& r : binding_.regions)
    if (const auto at = touched_canary(worker_.arena().window(r), r, placement_); at != kUntouched)
      return Trespass{"R9", fmt::format("execute: {} of {} ({} bytes)", touched_words(at), role_word(r.role), r.bytes)};
  return std::nullopt;
}

std::optional<Verdict> GuardedPlan::run(const Inputs& inputs, Placement placement, bool fresh, Poison poison) {
  if (fresh) {
    placement_ = placement;
    lay(inputs, poison);
  } else {
    // What prepare_weights and bind made must stay; source, output and scratch are new.
    auto& arena = worker_.arena();
    if (region(binding_.src).bytes > 0)
      std::memcpy(arena.bytes(region(binding_.src), placement_), inputs.src, region(binding_.src).bytes);
    fill_pattern(arena.bytes(region(binding_.dst), placement_), region(binding_.dst).bytes, spec_.dst_type, poison);
    for (const auto& r : binding_.regions)
      if (r.role == CVG_ROLE_WORKSPACE) std::memset(arena.bytes(r, placement_), kNanBytes, r.bytes);
  }
  if (auto bad = trouble_of(worker_.call(VerifyRun{plan_.plan, binding_, placement_, fresh}, limit_))) return bad;
  return trespass(inputs);
}

std::int64_t GuardedPlan::unwritten(Poison poison, std::int64_t* first) {
  const auto bits = poison_bits(spec_.dst_type, poison);
  const auto size = size_of(spec_.dst_type);
  const auto* at = output();
  std::int64_t count = 0;
  for (std::size_t i = 0; i < region(binding_.dst).bytes; i += size)
    if (std::memcmp(at + i, &bits, size) == 0 && count++ == 0) *first = static_cast<std::int64_t>(i / size);
  return count;
}

}  // namespace convgauge
