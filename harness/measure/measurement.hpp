// What a measurement of one case came to. Exactly one of these.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace convgauge {

struct Measured {
  std::vector<double> samples_ns;  // per execution, in the order taken
  std::int64_t executions_per_sample = 1;
  std::vector<double> device_ns;  // per execution as the device counts; empty where it cannot
  bool budget_cut = false;        // fewer rounds than asked: the time budget ended
  std::string note;               // says so
  double bind_ns = 0, prepare_ns = 0, upload_ns = 0, fetch_ns = 0, first_execution_ns = 0, plan_ns = 0;
  bool operator==(const Measured&) const = default;
};

struct Skipped {
  std::string why;  // "not verified: differs", "over budget: one execution takes 12 s"
  bool operator==(const Skipped&) const = default;
};

struct Inconclusive {
  std::string why;
  bool operator==(const Inconclusive&) const = default;
};

using Measurement = std::variant<Measured, Skipped, Inconclusive>;

/// "measured", "skipped", "inconclusive".
std::string_view kind(const Measurement& measurement);

}  // namespace convgauge
