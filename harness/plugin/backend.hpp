// A backend and its plans in C++: RAII over the C table. It enforces the contract: the answers of a
// plugin are checked before they are used, and a broken rule is a failure that names the rule.
#pragma once
#include <convgauge/plugin.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "core/spec.hpp"
#include "plugin/answers.hpp"
#include "plugin/convert.hpp"
#include "verify/algorithm.hpp"

namespace convgauge::plugin {

/// A plan of a plugin, destroyed with this object. [main]
class Plan {
 public:
  Plan(Plan&& other) noexcept;
  Plan& operator=(Plan&&) = delete;
  ~Plan();

  const Algorithm& algorithm() const { return algorithm_; }
  const std::vector<Requirement>& requirements() const { return requirements_; }
  /// Checks R6: the plan still asks for the same buffers as when it was made.
  Answer<void> requirements_unchanged() const;

  Answer<void> bind(int slot, const std::vector<void*>& addresses);
  /// These three give the plugin only the tensors that the call may read, or write. upload() and
  /// fetch() do not call it where there is nothing to do: all that they would move are the host's
  /// own tensors.
  Answer<void> prepare_weights(int slot, const cvg_tensors& tensors);
  Answer<void> upload(int slot, const cvg_tensors& tensors);
  Answer<void> execute_and_wait(const std::int32_t* slots, std::int64_t count, cvg_timing* timing);
  Answer<void> fetch(int slot, const cvg_tensors& tensors);
  bool uploads() const { return has_own(is_uploaded); }
  bool fetches() const { return has_own(is_result); }
  /// The JSON object of the extension "cvg.details/1"; empty where the backend has none.
  Answer<std::string> details() const;
  /// Calls of the C library's allocator during the last execute_and_wait(): see allocations.hpp.
  std::uint64_t allocations() const { return allocations_; }

  /// For the timed loop only: no conversion, no check. Returns the status of the first call that
  /// was not OK.
  cvg_status raw_execute(const std::int32_t* slots, std::int64_t count,
                         cvg_timing* timing) noexcept {
    const auto status = table_->execute(plan_, slots, count, timing, nullptr);
    return status != CVG_STATUS_OK ? status : table_->wait(plan_, nullptr);
  }

 private:
  friend class Backend;
  Plan(const cvg_backend* table, cvg_plan* plan) : table_(table), plan_(plan) {}
  bool has_own(bool (*wanted)(BufferRole)) const;
  /// Asks the plan for its algorithm and its requirements, and checks them against the rules.
  Answer<void> read_answers(const Spec& spec, const PlanSettings& settings);
  const cvg_backend* table_;
  cvg_plan* plan_;
  Algorithm algorithm_;
  std::vector<cvg_requirement> raw_requirements_;  // as the plan gave them first
  std::vector<Requirement> requirements_;
  std::uint64_t allocations_ = 0;
};

/// One backend of a loaded library, which must outlive this object. [main]
class Backend {
 public:
  explicit Backend(const cvg_backend* table) : table_(table) {}

  std::string name() const { return table_->name; }
  std::string description() const { return table_->description ? table_->description : ""; }
  std::string version() const { return table_->version ? table_->version : ""; }
  const cvg_backend* table() const { return table_; }

  Answer<Devices> devices() const;
  Answer<std::vector<OptionInfo>> options() const;
  /// The state of the device at this moment, as JSON; empty where the backend does not give it.
  Answer<std::string> device_details(int device) const;
  Answer<void> query(const Spec& spec, const PlanSettings& settings) const;
  Answer<std::vector<Algorithm>> algorithms(const Spec& spec, const PlanSettings& settings) const;
  Answer<Plan> plan(const Spec& spec, const PlanSettings& settings) const;

 private:
  const cvg_backend* table_;
};

}  // namespace convgauge::plugin
