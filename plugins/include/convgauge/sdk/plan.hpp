// One plan: an author's object, its requirements, and the buffers bound to its slots.
#pragma once
#include <convgauge/plugin.h>
#include <convgauge/sdk/backend.hpp>
#include <convgauge/sdk/buffers.hpp>
#include <convgauge/sdk/hidden.hpp>

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace CVG_HIDDEN cvg {

/// An author's object, the algorithm it runs, its requirements, and the buffers bound to each slot.
/// glue.hpp turns what its functions throw into statuses. [main]
template <class B>
class Plan {
 public:
  Plan(const cvg_spec& spec, const cvg_settings& settings)
      : algorithm_(chosen(algorithms_of<B>(spec, settings), spec, settings)),
        backend_(spec, named(settings)),
        requirements_(requirements(spec)),
        slots_(static_cast<std::size_t>(settings.slots)),
        addresses_(slots_.size() * requirements_.size()) {
    const auto bytes = footprint_bytes(requirements_);
    const auto limit = settings.workspace_limit_bytes;
    refuse_unless(limit < 0 || bytes <= static_cast<std::size_t>(limit), CVG_REASON_WORKSPACE_LIMIT,
                  "workspace and packed weights need " + std::to_string(bytes) +
                      " bytes, the limit is " + std::to_string(limit));
  }

  B& backend() { return backend_; }
  const B& backend() const { return backend_; }
  const cvg_algorithm& algorithm() const { return algorithm_; }
  std::span<const cvg_requirement> requirements() const { return requirements_; }
  const Slot& slot(std::int32_t index) const {
    if (index < 0 || static_cast<std::size_t>(index) >= slots_.size())
      throw std::out_of_range("no such slot");
    return slots_[static_cast<std::size_t>(index)];
  }

  /// Throws std::out_of_range for a slot that does not exist, std::invalid_argument for a wrong
  /// count.
  void bind(std::int32_t index, void* const* addresses, std::int32_t count) {
    slot(index);
    if (static_cast<std::size_t>(count) != requirements_.size())
      throw std::invalid_argument(std::to_string(count) + " addresses for " +
                                  std::to_string(requirements_.size()) + " requirements");
    auto* kept = addresses_.data() + static_cast<std::size_t>(index) * requirements_.size();
    Slot bound{.index = index, .addresses = kept};
    for (std::size_t i = 0; i < requirements_.size(); ++i)
      place(bound, requirements_[i].role, kept[i] = addresses[i]);
    slots_[static_cast<std::size_t>(index)] = bound;
    if constexpr (requires { backend_.bind(bound); }) backend_.bind(slot(index));
  }

  void execute(const std::int32_t* slots, std::int64_t count, cvg_timing* timing) {
    if constexpr (RunsBatches<B>) {
      batch_.clear();
      for (std::int64_t i = 0; i < count; ++i) batch_.push_back(&slot(slots[i]));
      backend_.execute_batch(batch_, timing);
    } else {
      for (std::int64_t i = 0; i < count; ++i) backend_.execute(slot(slots[i]));
    }
  }

 private:
  cvg_settings named(cvg_settings settings) const {
    settings.algorithm = algorithm_.name;
    return settings;
  }
  std::vector<cvg_requirement> requirements(const cvg_spec& spec) const {
    if constexpr (requires { backend_.requirements(); }) {
      return backend_.requirements();
    } else {
      auto made = tensors(spec, Packs<B>);
      if constexpr (Packs<B>) made.push_back(packed_weights(backend_.packed_weights_bytes()));
      if constexpr (requires { backend_.workspace_bytes(); })
        if (const std::size_t bytes = backend_.workspace_bytes(); bytes > 0)
          made.push_back(workspace(bytes));
      return made;
    }
  }

  cvg_algorithm algorithm_;
  B backend_;
  std::vector<cvg_requirement> requirements_;
  std::vector<Slot> slots_;
  std::vector<void*> addresses_;    // slot by slot, in the order of the requirements
  std::vector<const Slot*> batch_;  // a member, so that its memory is reused
};

}  // namespace cvg
