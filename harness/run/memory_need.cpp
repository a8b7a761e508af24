#include "run/memory_need.hpp"

#include <fmt/format.h>

#include <fstream>

#include "core/layers.hpp"
#include "reference/as_forward.hpp"
#include "verify/projection.hpp"

namespace convgauge::run {

double verify_bytes(const Spec& spec, const VerifySettings& settings) {
  const auto real = [](auto count) { return static_cast<double>(count); };
  double inputs = 0, result = 0;
  for (const auto role : kTensorRoles) {
    if (spec.reads(role)) inputs += real(spec.bytes(role));
    if (spec.writes(role)) result += real(spec.bytes(role));
  }
  const double sums = 2 * sizeof(double) * real(spec.written_elements());
  const double sets = 2 * real(settings.fills.size());  // each with a changed source too
  // For a gradient: its rearranged tensors and sums, one fill at a time.
  double rearranged = 0;
  if (spec.direction != Direction::forward) {
    const auto forward = forward_of(spec);
    rearranged = real(forward.src_bytes()) + real(forward.weights_bytes()) +
                 2 * sizeof(double) * real(elements(forward.geometry.dst_shape()));
  }
  return sets * (inputs + sums) + 2 * 3 * (inputs + result) + result + rearranged;
}

double projected_bytes(const Spec& spec) {
  const auto inputs =
      static_cast<double>(spec.src_bytes() + spec.weights_bytes() + spec.bias_bytes());
  return inputs + 2 * (inputs + static_cast<double>(spec.dst_bytes())) + Projection::bytes(spec);
}

std::optional<std::string> beyond_memory(double needed_bytes, double available) {
  if (available <= 0 || needed_bytes <= available) return std::nullopt;
  constexpr double kGiB = 1 << 30;
  return fmt::format("verifying it takes {:.3g} GiB of memory, and {:.3g} GiB are available",
                     needed_bytes / kGiB, available / kGiB);
}

double available_bytes() {
  std::ifstream in("/proc/meminfo");
  std::string key, unit;
  for (double kib = 0; in >> key >> kib; std::getline(in, unit))
    if (key == "MemAvailable:") return kib * 1024;
  return 0;
}

}  // namespace convgauge::run
