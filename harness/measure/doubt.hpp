// When a measured time cannot be true.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "core/layers.hpp"
#include "core/spec.hpp"
#include "measure/roofline.hpp"

namespace convgauge::measure {

/// What is known of one call of a worker, in ns.
struct CpuOfCall {
  double cpu = 0;           // CPU time of its threads, by the kernel, from before the call to after
  double told = 0;          // how long the call lasted, by the worker's clock
  double passed = 0;        // by the driver's clock, between the two looks at the CPU time
  double kept_waiting = 0;  // of that, driver and worker were ready, but got no processor
};

/// CPU time for each ns of the call and each of the `threads` that it may use. Above 1 the worker's
/// clock is slow, or it used more threads. While the machine lets the driver wait, or the worker
/// before and after the call, threads that spin go on: that time counts as the call's.
double cpu_share(const CpuOfCall& call, int threads);

/// `shares`: cpu_share() of each sample. Why the times are not believed, where the median is above
/// 1.25; empty where it is not, or there are no samples.
std::optional<std::string> doubtful_cpu(std::span<const double> shares, int threads);

/// `shares`: for each sample, the time that the worker told over the time by the processor's
/// counter. Why it is not believed, where the median is off by more than 5%.
std::optional<std::string> doubtful_clock(std::span<const double> shares);

/// Products that no direct algorithm can leave out, each counted as 2 flop: those with padding that
/// is zero are not counted.
double least_flops(const Geometry& geometry);

/// The fastest time, in ns, that the peaks of a machine allow for a case; 0 where they say nothing.
struct FastestTime {
  double compute_ns = 0;  // least_flops() at the FMA peak; for f32 and f64, direct and gemm alone
  double bytes_ns = 0;    // every tensor once, at the bandwidth of the fastest cache
};
FastestTime fastest_time(double flops, double bytes, int threads, std::span<const FmaPeak> fma,
                         std::span<const ReadPeak> reads);

/// Why a median is not believed: it is below the fastest time by more than a fifth. Empty where it
/// is not.
std::optional<std::string> beyond_machine(double median_ns, const FastestTime& fastest);

}  // namespace convgauge::measure
