// Rates of a case, and the most that its machine allows.
#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::record {

bool on_cpu(const CaseRecord& record) {
  return record.device.empty() || record.device.starts_with("cpu");
}

double gflops(const CaseRecord& record) {
  const auto* measured = std::get_if<Measured>(&record.measurement);
  if (!measured || measured->samples_ns.empty()) return 0;
  const double median_ns = median_interval(measured->samples_ns).median;
  // flop/ns = Gflop/s
  return median_ns > 0 ? static_cast<double>(record.problem.geometry.flops()) / median_ns : 0;
}

std::optional<Roof> roof_on(const Machine& machine, const CaseRecord& record) {
  if (!on_cpu(record) || record.settings.dtype != Dtype::f32) return std::nullopt;
  const Work work{static_cast<double>(record.problem.geometry.flops()),
                  static_cast<double>(record.bytes), record.settings.threads, record.settings.cold};
  return roof_of(work, machine.fma_peaks, machine.read_peaks);
}

std::optional<double> share_of_roof(const CaseRecord& record) {
  const double rate = gflops(record) * 1e9;
  return record.roof && record.roof->flops > 0 && rate > 0
             ? std::optional(rate / record.roof->flops)
             : std::nullopt;
}

}  // namespace convgauge::record
