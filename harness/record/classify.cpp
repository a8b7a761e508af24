#include "record/classify.hpp"

#include <algorithm>
#include <cmath>
#include "core/layers.hpp"

namespace convgauge::record {
namespace {

/// The outcome of a case whose result agrees, from its measurement.
struct MeasuredOutcome {
  Outcome operator()(const Measured& m) const {
    const auto usable = [](double ns) { return std::isfinite(ns) && ns > 0; };
    const bool all = std::all_of(m.samples_ns.begin(), m.samples_ns.end(), usable);
    return all && !m.samples_ns.empty() ? Outcome::timed : Outcome::no_time;
  }
  Outcome operator()(const Skipped& s) const {
    switch (s.reason) {
      case SkipReason::not_asked_for:
        return Outcome::agrees;
      case SkipReason::over_budget:
        return Outcome::over_budget;
      case SkipReason::not_verified:
      case SkipReason::failed_measuring:
      case SkipReason::memory:
      case SkipReason::other:
        break;
    }
    return Outcome::skipped;
  }
  Outcome operator()(const Inconclusive& i) const {
    return i.evidence.doubt.empty() ? Outcome::noisy : Outcome::implausible;
  }
};

}  // namespace

Outcome classify_apart_from_known(const CaseRecord& record) {
  if (!std::holds_alternative<Agrees>(record.verdict)) return outcome_of(record.verdict);
  return std::visit(MeasuredOutcome{}, record.measurement);
}

Outcome classify(const CaseRecord& record) {
  const auto outcome = classify_apart_from_known(record);
  return record.known && row_of(outcome).is_defect ? Outcome::known : outcome;
}

const Measured* ranked(const CaseRecord* record) {
  if (!record || classify_apart_from_known(*record) != Outcome::timed) return nullptr;
  return &std::get<Measured>(record->measurement);
}

}  // namespace convgauge::record
