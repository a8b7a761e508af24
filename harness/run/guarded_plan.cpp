#include "run/guarded_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/blocks.hpp"
#include "core/layers.hpp"

namespace convgauge::run {
namespace {

/// The bits of one poisoned element.
std::uint64_t poison_bits(Dtype type, Poison poison) {
  return poison == Poison::nan ? traits(type).poison_nan : traits(type).poison_number;
}

/// Calls work(begin, end, start) on blocks of a tensor, with its elements as unsigned integers of
/// the type's size; `start`: of the whole tensor. Blocks may run on several threads.
template <class Pointer, class Work>
void each_word(Pointer at, std::size_t bytes, Dtype type, Work work) {
  const auto as = [&](auto word) {
    using Word = std::conditional_t<std::is_const_v<std::remove_pointer_t<Pointer>>,
                                    const decltype(word), decltype(word)>;
    auto* words = reinterpret_cast<Word*>(at);
    each_block(
        static_cast<std::int64_t>(bytes / sizeof(word)),
        kBlockBytes / static_cast<std::int64_t>(sizeof(word)),
        [=](std::int64_t begin, std::int64_t end) { work(words + begin, words + end, words); });
  };
  const auto size = size_of(type);
  if (size == 8) return as(std::uint64_t{});
  if (size == 4) return as(std::uint32_t{});
  as(std::uint16_t{});
}

void fill_pattern(std::byte* to, std::size_t bytes, Dtype type, Poison poison) {
  each_word(to, bytes, type, [bits = poison_bits(type, poison)](auto* at, auto* end, auto*) {
    std::fill(at, end, static_cast<std::remove_reference_t<decltype(*at)>>(bits));
  });
}

void fill_poison(std::byte* to, std::size_t bytes, BufferRole role) {
  // Bytes from an even distance on are the same everywhere; the memory may begin at an odd address.
  std::array<std::byte, 4096> some;
  for (std::size_t i = 0; i < some.size(); ++i)
    some[i] = poison_byte(poisoned(role), static_cast<std::int64_t>(i));
  static_assert(kBlockBytes % some.size() == 0);
  each_block(static_cast<std::int64_t>(bytes), kBlockBytes,
             [&](std::int64_t begin, std::int64_t end) {
               for (auto* at = to + begin; at < to + end;) {
                 const auto count = std::min<std::ptrdiff_t>(to + end - at, some.size());
                 at = std::copy_n(some.data(), count, at);
               }
             });
}

std::string touched_words(std::int64_t distance) {
  return distance < 0
             ? fmt::format("wrote {} bytes before the start", -distance)
             : fmt::format("wrote {} the end", past_words(static_cast<std::uint64_t>(distance)));
}

}  // namespace

std::int32_t GuardedPlan::reserve(const Region& wanted) {
  regions_.push_back(
      worker_.arena().reserve(wanted.bytes, wanted.alignment, wanted.role, wanted.overread_bytes));
  return static_cast<std::int32_t>(regions_.size()) - 1;
}

auto GuardedPlan::make_lane(const Lane* first) -> Lane {
  Lane lane;
  auto& b = lane.binding;
  for (const auto role : kTensorRoles) {
    if (!spec_.reads(role) && !spec_.writes(role)) continue;
    const auto buffer = buffer_role(role);
    Region wanted{0, spec_.bytes(role), size_of(spec_.type(role)), buffer};
    for (const auto& need : plan_.requirements) {
      if (need.role != buffer || need.form != Form::tensor) continue;
      wanted.alignment = std::max<std::uint64_t>(wanted.alignment, need.alignment);
      wanted.overread_bytes = std::max<std::uint64_t>(wanted.overread_bytes, need.overread_bytes);
    }
    b.tensors[index_of(role)] = reserve(wanted);
  }
  for (std::size_t i = 0; i < plan_.requirements.size(); ++i) {
    const auto& need = plan_.requirements[i];
    std::int32_t index = -1;
    if (need.memory_kind.is_host() && first && need.scope != Scope::slot)
      index = first->binding.requirement_region[i];
    else if (need.memory_kind.is_host() && need.form == Form::tensor)
      index = b.of(*tensor_role(need.role));
    else if (need.memory_kind.is_host())
      index = reserve({0, need.bytes, need.alignment, need.role, need.overread_bytes});
    b.requirement_region.push_back(index);
  }
  return lane;
}

GuardedPlan::GuardedPlan(Worker& worker, const Spec& spec, const PlanOpened& plan,
                         std::chrono::milliseconds limit, int slots, Beside beside)
    : worker_(worker), spec_(spec), plan_(plan), limit_(limit) {
  if (beside == Beside::nothing) worker_.arena().clear();
  for (int slot = 0; slot < slots; ++slot)
    lanes_.push_back(make_lane(slot ? &lanes_.front() : nullptr));
  for (auto& lane : lanes_) lane.binding.regions = regions_;
}

bool GuardedPlan::is_tensor(std::size_t region) const {
  return std::any_of(lanes_.begin(), lanes_.end(),
                     [at = static_cast<std::int32_t>(region)](const Lane& lane) {
                       const auto& tensors = lane.binding.tensors;
                       return std::find(tensors.begin(), tensors.end(), at) != tensors.end();
                     });
}

void GuardedPlan::lay_canaries() {
  for (std::size_t i = 0; i < regions_.size(); ++i) {
    const auto& r = regions_[i];
    lay_canary(worker_.arena().window(r), r, placement_);
    // Tensors are filled by run().
    if (!is_tensor(i)) fill_poison(worker_.arena().bytes(r, placement_), r.bytes, r.role);
  }
  for (auto& lane : lanes_) lane.bound = false;
}

void GuardedPlan::put(Lane& lane, TensorRole role) {
  if (!spec_.reads(role) || spec_.bytes(role) == 0) return;
  lane.inputs.put(role, spec_.bytes(role), bytes(lane.binding.of(role)));
}

/// Checks every slot: one that was not run must not have changed either.
std::optional<Verdict> GuardedPlan::trespass() {
  // Inputs lie in read-only pages, but a plugin can make them writable.
  for (const auto& lane : lanes_)
    for (const auto role : kTensorRoles)
      if (lane.bound && spec_.reads(role) && spec_.bytes(role) > 0 &&
          !lane.inputs.are_at(role, spec_.bytes(role), bytes(lane.binding.of(role))))
        return Trespass{Rule::R8, fmt::format("execute: {} was changed", word(role))};
  for (const auto& r : regions_)
    if (const auto at = touched_canary(worker_.arena().window(r), r, placement_); at != kUntouched)
      return Trespass{Rule::R9, fmt::format("execute: {} of {} ({} bytes)", touched_words(at),
                                            word(r.role), r.bytes)};
  return std::nullopt;
}

/// Fills a slot's tensors: inputs with numbers, weights and bias only where asked for, outputs with
/// poison.
void GuardedPlan::load(int slot, const RunInputs& inputs, bool weights, Poison poison) {
  auto& mine = lane(slot);
  mine.inputs = inputs;
  for (const auto role : kTensorRoles)
    if (weights || is_uploaded(role)) put(mine, role);
  for (const auto role : kTensorRoles)
    if (spec_.writes(role))
      fill_pattern(bytes(mine.binding.of(role)), spec_.bytes(role), spec_.type(role), poison);
  mine.bound = true;
}

VerifyRun GuardedPlan::request(int slot, bool fresh, Poison poison) {
  const auto result = spec_.type(spec_.result());
  VerifyRun r;
  r.plan = plan_.plan;
  r.binding = lane(slot).binding;
  r.placement = placement_;
  r.fresh = fresh;
  r.slot = slot;
  r.poison = poison_bits(result, poison);
  r.poison_bytes = static_cast<std::uint32_t>(size_of(result));
  return r;
}

/// What prepare_weights and bind wrote must stay; the workspace, and outputs of form own, may be
/// overwritten between runs.
void GuardedPlan::poison_between_runs() {
  for (std::size_t i = 0; i < regions_.size(); ++i)
    if (const auto& r = regions_[i];
        r.role == BufferRole::workspace || (is_result(r.role) && !is_tensor(i)))
      fill_poison(worker_.arena().bytes(r, placement_), r.bytes, r.role);
}

std::optional<Verdict> GuardedPlan::run(const RunInputs& inputs, Placement placement, bool fresh,
                                        Poison poison, int slot, int earlier) {
  if (fresh && slot == 0) {
    placement_ = placement;
    lay_canaries();
  }
  load(slot, inputs, fresh, poison);
  if (!fresh) poison_between_runs();
  auto order = request(slot, fresh, poison);
  order.earlier = earlier;
  // The limit is that of one execution.
  if (auto bad = trouble_of(worker_.call(order, limit_ * (1 + earlier)))) return bad;
  return trespass();
}

std::optional<Verdict> GuardedPlan::run_prepared_again(const RunInputs& inputs, Poison poison) {
  load(0, inputs, true, poison);
  poison_between_runs();
  auto order = request(0, false, poison);
  order.prepare = true;
  if (auto bad = trouble_of(worker_.call(order, limit_))) return bad;
  return trespass();
}

std::optional<Verdict> GuardedPlan::run_batch(const std::vector<RunInputs>& inputs,
                                              Placement placement, Poison poison) {
  placement_ = placement;
  lay_canaries();
  for (std::size_t slot = 0; slot < inputs.size(); ++slot)
    load(static_cast<int>(slot), inputs[slot], true, poison);
  auto order = request(0, true, poison);
  for (std::size_t slot = 1; slot < inputs.size(); ++slot)
    order.further.push_back(lanes_[slot].binding);
  const auto count = static_cast<std::int64_t>(inputs.size());
  if (auto bad = trouble_of(worker_.call(order, limit_ * count))) return bad;
  return trespass();
}

Outputs GuardedPlan::outputs(int slot) {
  Outputs all{};
  for (const auto role : kTensorRoles)
    if (spec_.writes(role)) all[index_of(role)] = bytes(lane(slot).binding.of(role));
  return all;
}

Written GuardedPlan::written(int slot) {
  Written copy;
  const auto now = outputs(slot);
  for (const auto role : kTensorRoles)
    if (const auto* from = now[index_of(role)])
      copy[index_of(role)].assign(from, from + spec_.bytes(role));
  return copy;
}

std::optional<GuardedPlan::Unwritten> GuardedPlan::unwritten(Poison poison,
                                                             const Written* earlier) {
  const auto now = outputs();
  const auto other = poison == Poison::nan ? Poison::number : Poison::nan;
  for (const auto role : kTensorRoles) {
    if (!spec_.writes(role)) continue;
    const auto type = spec_.type(role);
    const auto* before = earlier ? (*earlier)[index_of(role)].data() : nullptr;
    std::atomic<std::int64_t> count = 0, least = std::numeric_limits<std::int64_t>::max();
    each_word(now[index_of(role)], spec_.bytes(role), type,
              [&, bits = poison_bits(type, poison), other_bits = poison_bits(type, other)](
                  const auto* at, const auto* end, const auto* start) {
                using Word = std::remove_cvref_t<decltype(*at)>;
                const auto* was = reinterpret_cast<const Word*>(before);
                std::int64_t here = 0, first = 0;
                for (const auto* p = at; p < end; ++p) {
                  if (*p != static_cast<Word>(bits)) continue;
                  if (was && was[p - start] != static_cast<Word>(other_bits)) continue;
                  if (here++ == 0) first = p - start;
                }
                if (here == 0) return;
                count += here;
                for (auto seen = least.load();
                     first < seen && !least.compare_exchange_weak(seen, first);)
                  continue;
              });
    if (count > 0) return Unwritten{role, count, least};
  }
  return std::nullopt;
}

std::optional<Poisoned> GuardedPlan::poison_in(TensorRole role,
                                               const std::array<std::int64_t, 4>& at) {
  const auto strides = spec_.strides(role);
  std::int64_t index = 0;
  for (std::size_t i = 0; i < at.size(); ++i) index += at[i] * strides[i];
  return poison_at(spec_.type(role), outputs()[index_of(role)], index);
}

}  // namespace convgauge::run
