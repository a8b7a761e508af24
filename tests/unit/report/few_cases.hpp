// Results of a few cases, each written in one line.
#pragma once
#include "core/layers.hpp"
#include "report/model.hpp"

namespace convgauge::report {

inline CaseRecord timed(const std::string& label, const std::string& layer,
                        std::vector<double> samples_ns, std::int64_t count = 1) {
  CaseRecord r;
  r.problem.name = layer;
  r.problem.count = count;
  r.problem.geometry.h = r.problem.geometry.w = {.input = 8, .kernel = 3};
  r.label = r.backend = label;
  r.device = "cpu:0";
  r.verdict = Agrees{0.1, 1e-7, 36, {}};
  Measured measured;
  measured.samples_ns = std::move(samples_ns);
  r.measurement = measured;
  return r;
}

/// One of the algorithms that "all" asked for; the backend's own choice is the first that it lists.
inline CaseRecord algorithm_of(const std::string& label, const std::string& algorithm,
                               const std::string& layer, std::vector<double> samples_ns,
                               bool own_choice = false, std::int64_t count = 1) {
  auto r = timed(label, layer, std::move(samples_ns), count);
  r.label = label + ":" + algorithm;
  r.requested_algorithm = algorithm;
  r.algorithm.emplace().name = algorithm;
  r.own_choice = own_choice;
  return r;
}

inline CaseRecord untimed(const std::string& label, const std::string& layer, Verdict verdict,
                          Measurement measurement = Skipped{SkipReason::not_verified}) {
  auto r = timed(label, layer, {});
  r.verdict = std::move(verdict);
  r.measurement = std::move(measurement);
  return r;
}

inline Results run_of(std::vector<CaseRecord> cases, std::optional<std::string> baseline = {}) {
  Results results;
  results.header.baseline_backend = std::move(baseline);
  results.cases = std::move(cases);
  return results;
}

/// `count` samples about `ns`: the same wobble for every label, as a drifting machine gives it.
inline std::vector<double> about(double ns, int count = 15) {
  std::vector<double> samples;
  for (int i = 0; i < count; ++i) samples.push_back(ns * (1 + 0.02 * (i * 7 % 11)));
  return samples;
}

}  // namespace convgauge::report
