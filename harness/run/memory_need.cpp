#include "run/memory_need.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "reference/as_forward.hpp"
#include "verify/projection.hpp"

namespace convgauge::run {
namespace {

double real(auto count) {
  return static_cast<double>(count);
}

double bytes_of(const Spec& spec, bool (Spec::*wanted)(TensorRole) const) {
  double bytes = 0;
  for (const auto role : kTensorRoles)
    if ((spec.*wanted)(role)) bytes += real(spec.bytes(role));
  return bytes;
}

}  // namespace

double tensor_bytes(const Spec& spec) {
  return bytes_of(spec, &Spec::reads) + bytes_of(spec, &Spec::writes);
}

double exchanged_bytes(const Spec& spec) {
  double sources = 0, all = bytes_of(spec, &Spec::reads);
  for (const auto role : kTensorRoles)
    if (spec.reads(role) && is_uploaded(role)) sources += real(spec.bytes(role));
  return all - sources + std::max(sources, bytes_of(spec, &Spec::writes));
}

double sheet_bytes(const Spec& spec, bool projected) {
  const double inputs = bytes_of(spec, &Spec::reads);
  if (projected) return inputs - real(spec.src_bytes()) + Projection::bytes(spec);
  return inputs + 2 * sizeof(double) * real(spec.written_elements());
}

double verify_bytes(const Spec& spec, const VerifySettings& settings, bool projected) {
  if (projected)
    return sheet_bytes(spec, true) + Projection::working_bytes(spec) + tensor_bytes(spec);
  // For a gradient: its rearranged tensors and sums, one fill at a time.
  double rearranged = 0;
  if (spec.direction != Direction::forward && spec.geometry.batch > 0) {
    const auto forward = forward_of(spec);
    rearranged = real(forward.src_bytes()) + real(forward.weights_bytes()) +
                 2 * sizeof(double) * real(elements(forward.geometry.dst_shape()));
  }
  return 2 * real(settings.fills.size()) * sheet_bytes(spec, false) + 3 * tensor_bytes(spec) +
         bytes_of(spec, &Spec::writes) + rearranged;
}

double announced_bytes(const std::vector<Requirement>& requirements, int slots) {
  double bytes = 0;
  for (const auto& need : requirements) {
    if (!need.memory_kind.is_host()) continue;
    const double one = real(need.alignment) + real(need.overread_bytes) +
                       (need.form == Form::own ? real(need.bytes) : 0);
    bytes += need.scope == Scope::slot ? one * slots : one;
  }
  return bytes;
}

double measured_bytes(const Spec& spec, const std::vector<Requirement>& requirements, int slots) {
  return slots * tensor_bytes(spec) + announced_bytes(requirements, slots);
}

std::optional<std::string> beyond_memory(std::string_view subject, double needed, double announced,
                                         const MemoryRoom& room) {
  if (needed <= room.bytes) return std::nullopt;
  constexpr double kGiB = 1 << 30;
  const auto of_plan =
      announced > 0 ? fmt::format(" ({:.3g} GiB of it announced by the plan)", announced / kGiB)
                    : std::string();
  return fmt::format("{} takes {:.3g} GiB of memory{}, and {:.3g} GiB are available ({})", subject,
                     needed / kGiB, of_plan, room.bytes / kGiB, room.limit);
}

std::optional<std::string> beyond_memory(std::string_view subject, double needed,
                                         double announced) {
  constexpr double kSmall = 16 << 20;
  if (needed <= kSmall) return std::nullopt;
  return beyond_memory(subject, needed, announced, memory_room());
}

}  // namespace convgauge::run
