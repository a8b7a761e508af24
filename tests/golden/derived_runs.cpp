// Runs made from the invented ones: nights of one suite, and a sweep over kernel sizes.
#include <fmt/format.h>

#include <cmath>
#include <random>

#include "core/spec.hpp"
#include "example_run.hpp"

namespace convgauge::report {
namespace {

/// About normal with deviation 1, the same on every standard library.
double wobble(std::mt19937& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>(random() >> 8) / (1 << 24);
  return sum;
}

void scale(CaseRecord& record, double factor, std::mt19937& random) {
  if (auto* measured = std::get_if<Measured>(&record.measurement))
    for (double& ns : measured->samples_ns)
      ns = std::round(ns * factor * (1 + 0.003 * wobble(random)) * 10) / 10;
}

/// What an algorithm makes of a kernel's size, beside direct convolution: F(4,3) pays at 3x3, FFT
/// from about 7x7 on.
double advantage(const std::string& label, std::int64_t kernel, bool depthwise) {
  const auto k = static_cast<double>(kernel);
  if (label == "fft") return (depthwise ? 0.09 : 0.15) * std::pow(k, 1.1);
  if (label == "winograd") return kernel == 3 ? 2.4 : kernel == 5 ? 1.7 : kernel == 7 ? 1.3 : 0.8;
  return label == "naive" ? 0.012 : 1;
}

CaseRecord grid_case(const CaseRecord& like, std::int64_t channels, std::int64_t map,
                     std::int64_t kernel, bool depthwise, std::mt19937& random) {
  auto r = like;
  auto& g = r.problem.geometry;
  g.in_channels = g.out_channels = channels;
  g.groups = depthwise ? channels : 1;
  g.h = g.w = {map, kernel, 1, 1, (kernel - 1) / 2, (kernel - 1) / 2};
  r.problem.suite = "crossover";
  r.problem.name =
      fmt::format("{}{}@{} {}x{}", depthwise ? "depthwise " : "", channels, map, kernel, kernel);
  r.problem.count = 1;
  r.bytes = Spec::of(g, Dtype::f32).total_bytes();
  Measured measured;
  const double ns = static_cast<double>(g.flops()) / (80 * advantage(r.label, kernel, depthwise));
  measured.samples_ns.assign(15, ns);
  r.measurement = measured;
  scale(r, 1 + 0.02 * wobble(random), random);
  return r;
}

}  // namespace

Results night_run(int night) {
  auto results = resnet50_run();
  auto& h = results.header;
  h.suite = "nightly";
  h.started = fmt::format("2026-11-{:02}T02:00:00Z", 10 + night);
  h.git_revision = fmt::format("a1b2c3{}", night);
  if (night >= 4) h.plugins[1].hash = "c0ffee", h.plugins[1].version = "winograd 0.2";
  std::mt19937 random(static_cast<unsigned>(night));
  const double machine = 1 + 0.01 * wobble(random);
  for (auto& r : results.cases) {
    const bool slowed = night >= 4 && r.label == "winograd" && r.requested_algorithm == "default";
    const bool stepped = night >= 3 && r.label == "onednn" && r.problem.name == "layer3.0.conv2";
    scale(r, machine * (1 + 0.008 * wobble(random)) * (slowed ? 1.2 : 1) * (stepped ? 0.7 : 1),
          random);
    if (night >= 5 && r.label == "fft" && r.problem.name == "layer2.0.conv2") {
      r.verdict = Failed{"out of memory: 3 GiB asked"};
      r.measurement = Skipped{SkipReason::not_verified, "failed"};
    }
  }
  return results;
}

Results grid_run() {
  const auto base = resnet50_run();
  Results results{base.header, {}, 0, 0};
  results.header.suite = "crossover";
  std::mt19937 random(7);
  for (const bool depthwise : {false, true})
    for (const std::int64_t map : {14, 56})
      for (const std::int64_t kernel : {3, 5, 7, 9, 15, 31})
        for (const auto& like : base.cases) {
          if (like.settings.threads != 1 || like.problem.name != "layer1.0.conv2" ||
              like.requested_algorithm != "default")
            continue;
          if (kernel > map + 2 || std::holds_alternative<Failed>(like.verdict)) continue;
          auto fixed = like;
          fixed.verdict = Agrees{0.1, 4e-7, 1, {}};
          results.cases.push_back(grid_case(fixed, 64, map, kernel, depthwise, random));
        }
  return results;
}

}  // namespace convgauge::report
