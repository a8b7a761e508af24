#include "example_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/problem_text.hpp"
#include "core/spec.hpp"

namespace convgauge::report {
namespace {

struct Layer {
  const char* name;
  std::int64_t in, size, out, kernel, stride, count;
};
// torchvision's ResNet-50 v1.5; padding is (kernel - 1) / 2.
constexpr Layer kLayers[] = {{"conv1", 3, 224, 64, 7, 2, 1},
                             {"layer1.0.conv1", 64, 56, 64, 1, 1, 1},
                             {"layer1.0.conv2", 64, 56, 64, 3, 1, 3},
                             {"layer1.0.conv3", 64, 56, 256, 1, 1, 4},
                             {"layer1.1.conv1", 256, 56, 64, 1, 1, 2},
                             {"layer2.0.conv1", 256, 56, 128, 1, 1, 1},
                             {"layer2.0.conv2", 128, 56, 128, 3, 2, 1},
                             {"layer2.0.conv3", 128, 28, 512, 1, 1, 4},
                             {"layer2.0.downsample.0", 256, 56, 512, 1, 2, 1},
                             {"layer2.1.conv1", 512, 28, 128, 1, 1, 3},
                             {"layer2.1.conv2", 128, 28, 128, 3, 1, 3},
                             {"layer3.0.conv1", 512, 28, 256, 1, 1, 1},
                             {"layer3.0.conv2", 256, 28, 256, 3, 2, 1},
                             {"layer3.0.conv3", 256, 14, 1024, 1, 1, 6},
                             {"layer3.0.downsample.0", 512, 28, 1024, 1, 2, 1},
                             {"layer3.1.conv1", 1024, 14, 256, 1, 1, 5},
                             {"layer3.1.conv2", 256, 14, 256, 3, 1, 5},
                             {"layer4.0.conv1", 1024, 14, 512, 1, 1, 1},
                             {"layer4.0.conv2", 512, 14, 512, 3, 2, 1},
                             {"layer4.0.conv3", 512, 7, 2048, 1, 1, 3},
                             {"layer4.0.downsample.0", 1024, 14, 2048, 1, 2, 1},
                             {"layer4.1.conv1", 2048, 7, 512, 1, 1, 2},
                             {"layer4.1.conv2", 512, 7, 512, 3, 1, 2}};

struct Competitor {
  const char *label, *backend, *requested, *algorithm;
  AlgorithmClass algorithm_class;
  double efficiency, rel_l2;  // of a 110 GFLOP/s core; the error of a sum of 576 terms
};
constexpr Competitor kCompetitors[] = {
    {"onednn", "onednn", "default", "onednn.jit:avx512_core", AlgorithmClass::direct, 0.78, 4e-7},
    {"onednn-wino", "onednn", "onednn.wino", "onednn.wino", AlgorithmClass::winograd, 1.45, 9e-7},
    {"winograd", "winograd", "default", "winograd.f4x4_3x3", AlgorithmClass::winograd, 2.2, 1.9e-6},
    {"winograd", "winograd", "winograd.f2x2_3x3", "winograd.f2x2_3x3", AlgorithmClass::winograd,
     1.6, 8e-7},
    {"fft", "fft", "default", "fft.32x32", AlgorithmClass::fft, 1.1, 2.4e-7},
    {"naive", "naive", "default", "naive.loops", AlgorithmClass::direct, 0.012, 9e-7}};

Problem problem_of(const Layer& layer, const char* suite) {
  const auto pad = (layer.kernel - 1) / 2;
  const Axis axis{layer.size, layer.kernel, layer.stride, 1, pad, pad};
  return {suite,
          layer.name,
          {1, layer.in, layer.out, 1, axis, axis, false, PaddingMode::zeros},
          layer.count};
}

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  CaseRecord record(const Problem& problem, const Competitor& who, int threads, int samples) {
    CaseRecord r;
    r.problem = problem;
    r.backend = who.backend;
    r.label = who.label;
    r.device = "cpu:0";
    r.requested_algorithm = who.requested;
    r.settings.threads = threads;
    r.replay = fmt::format("convgauge bench {} --backend {} --algorithm {} --threads {} --seed 1",
                           short_text(problem.geometry), r.label, r.requested_algorithm, threads);
    r.bytes = Spec::of(problem.geometry, Dtype::f32).total_bytes();
    if (refuses(who, problem.geometry)) {
      r.verdict =
          Refused{problem.geometry.h.kernel != 3 ? RefusalReason::kernel : RefusalReason::stride,
                  fmt::format("{} computes 3x3 kernels at stride 1", who.label)};
      r.measurement = Skipped{SkipReason::not_verified, "refused"};
      return r;
    }
    r.algorithm = Algorithm{.name = who.algorithm,
                            .algorithm_class = who.algorithm_class,
                            .winograd = {},
                            .fft_tile = {}};
    r.verdict = Agrees{0.05 + 0.2 * uniform(),
                       who.rel_l2 * (0.8 + 0.4 * uniform()),
                       elements(problem.geometry.dst_shape()),
                       {}};
    r.measurement = measured(problem.geometry, who, threads, samples);
    r.packed_weight_bytes = who.algorithm_class == AlgorithmClass::winograd
                                ? static_cast<std::size_t>(4 * problem.geometry.terms() *
                                                           problem.geometry.out_channels * 4)
                                : 0;
    r.workspace_bytes = who.algorithm_class == AlgorithmClass::fft ? 3 << 20 : 0;
    return r;
  }

 private:
  // Not std::normal_distribution: its numbers differ between standard libraries, and golden files
  // must not.
  double uniform() { return static_cast<double>(random_() >> 8) / (1 << 24); }
  double normal() { return uniform() + uniform() + uniform() + uniform() - 2; }

  static bool refuses(const Competitor& who, const Geometry& g) {
    const std::string_view backend = who.algorithm;
    const bool only3x3 = backend.starts_with("winograd") || backend == "onednn.wino";
    return only3x3 && (g.h.kernel != 3 || g.h.stride != 1);
  }

  Measured measured(const Geometry& g, const Competitor& who, int threads, int samples) {
    const double rate = 110 * who.efficiency * std::pow(threads, 0.93) *
                        (g.h.kernel == 1 ? 0.9 : 1) * (0.85 + 0.3 * uniform()) *
                        (who.algorithm_class == AlgorithmClass::fft && g.h.kernel == 1 ? 0.3 : 1);
    Measured m;
    for (int i = 0; i < samples; ++i)
      m.samples_ns.push_back(
          std::round(static_cast<double>(g.flops()) / rate *
                     (1 + 0.006 * normal() + (i % 9 == 7 ? 0.02 * uniform() : 0)) * 10) /
          10);
    m.executions_per_sample = 1 + static_cast<std::int64_t>(2e6 / m.samples_ns[0]);
    m.plan_ns = 350000;
    m.prepare_ns = std::round(1e5 * (1 + uniform()));
    m.first_execution_ns = m.samples_ns[0] * 1.4;
    return m;
  }

  std::mt19937 random_;
};

HeaderRecord header(const char* suite) {
  HeaderRecord h;
  h.convgauge_version = "0.1.0";
  h.git_revision = "a1b2c3d";
  h.compiler = "GNU 12.2.0";
  h.started = "2026-11-22T16:00:00Z";
  h.suite = suite;
  h.config_file = fmt::format("configs/bench/{}.json", suite);
  h.config_digest = "0123456789abcdef";
  h.command = "convgauge sweep " + h.config_file;
  h.baseline_backend = "onednn";
  h.machine = {"AMD EPYC 9R14 (invented)",
               "avx2 fma avx512f",
               "Linux 6.1",
               "5f3c",
               2,
               2,
               32 << 10,
               1 << 20,
               32 << 20,
               16LL << 30,
               {{1, 113e9}, {2, 227e9}},
               {{1, 21e9}, {2, 32e9}},
               21,
               0.006,
               0.1};
  h.plugins = {
      {"onednn", "onednn", "libconvgauge_onednn.so", "9f2a61", "oneDNN 2.6.3 (OpenMP)", "cpu:0"},
      {"winograd", "winograd", "libconvgauge_winograd.so", "77aa01", "winograd 0.1", "cpu:0"}};
  h.absent = {{"cudnn", "no CUDA device: driver not found"},
              {"vulkan", "libvulkan.so.1 not found"}};
  h.rounds = 15;
  h.seed = 1;
  return h;
}

/// Turns some of the good results into each kind of bad one.
void spoil(std::vector<CaseRecord>& cases) {
  const auto find = [&](std::string_view name, std::string_view label) -> CaseRecord& {
    for (auto& r : cases)
      if (r.problem.name == name && r.label == label) return r;
    std::abort();
  };
  const auto never = [](CaseRecord& r, Verdict verdict) {
    r.verdict = std::move(verdict);
    r.measurement = Skipped{SkipReason::not_verified, std::string(kind(r.verdict))};
  };
  never(find("layer4.1.conv2", "fft"),
        Differs{3584,
                25088,
                {{0, 0, 0, 6}, -0.125, 0.5, 1e-6},
                {{0, 17, 3, 6}, std::numeric_limits<double>::quiet_NaN(), 0.5, 1e-6},
                {"integer"},
                "output columns >= 6",
                {{{"padding shifted by one"}}}});
  never(find("conv1", "fft"), TimedOut{std::chrono::milliseconds(30000), "execute"});
  never(find("layer2.1.conv2", "fft"), Died{11, 0, "read 4 bytes past src", ""});
  never(find("layer3.1.conv2", "fft"), Trespass{Rule::R9, "wrote 4 bytes after dst"});
  never(find("layer1.0.conv2", "fft"), Failed{"out of memory: 3 GiB asked"});
  auto& known = find("layer4.0.conv2", "fft");
  never(known, Differs{1,
                       25088,
                       {{0, 0, 0, 0}, 1, 2, 1e-6},
                       {{0, 0, 0, 0}, 1, 2, 1e-6},
                       {"normal"},
                       "one output",
                       {}});
  known.known = "stride 2, issue #12";
  find("layer1.0.conv1", "naive").measurement =
      Inconclusive{"another process took 12% of the time of 9 of 15 samples"};
}

void skip_slow(std::vector<CaseRecord>& cases) {
  for (auto& r : cases) {
    const auto* m = std::get_if<Measured>(&r.measurement);
    if (m && m->samples_ns[0] > 0.1e9)
      r.measurement = Skipped{SkipReason::over_budget,
                              fmt::format("one execution takes {:.1f} s", m->samples_ns[0] / 1e9)};
  }
}

}  // namespace

Results resnet50_run() {
  Results results{header("resnet50"), {}, 0, 0};
  Maker maker(1);
  for (const auto& layer : kLayers)
    for (const int threads : {2, 1})
      for (const auto& who : kCompetitors)
        results.cases.push_back(maker.record(problem_of(layer, "resnet50"), who, threads, 15));
  spoil(results.cases);
  skip_slow(results.cases);
  return results;
}

Results small_run() {
  Results results{header("small"), {}, 0, 0};
  Maker maker(2);
  for (const auto& layer : kLayers)
    if (layer.kernel != 1 || std::string_view(layer.name) == "layer1.0.conv1")
      for (const auto& who : kCompetitors)
        if (std::string_view(who.label) != "onednn-wino")
          results.cases.push_back(maker.record(problem_of(layer, "small"), who, 2, 9));
  spoil(results.cases);
  skip_slow(results.cases);
  return results;
}

Results changed_run() {
  auto results = small_run();
  auto& h = results.header;
  h.started = "2026-11-23T16:00:00Z";
  h.git_revision = "e5f6a7b";
  h.plugins[0].hash = "c0ffee";
  h.plugins[0].version = "oneDNN 3.2.0 (OpenMP)";
  int index = 0;
  for (auto& r : results.cases) {
    ++index;
    if (auto* m = std::get_if<Measured>(&r.measurement)) {
      const double factor = index % 3 == 0 ? 1.08 : index % 5 == 1 ? 0.9 : 1;
      // Another order and a wobble of its own: no sample is that of the earlier run times a number.
      std::reverse(m->samples_ns.begin(), m->samples_ns.end());
      for (std::size_t i = 0; i < m->samples_ns.size(); ++i)
        m->samples_ns[i] *=
            factor *
            (1 + 0.001 * static_cast<double>((i * 7 + static_cast<std::size_t>(index)) % 5));
    }
  }
  results.cases.at(6).verdict = Failed{"out of memory: 3 GiB asked"};
  results.cases.at(6).measurement = Skipped{SkipReason::not_verified, "failed"};
  results.cases.at(8).verdict = Refused{RefusalReason::kernel, "fft computes no 1x1 any more"};
  results.cases.at(8).measurement = Skipped{SkipReason::not_verified, "refused"};
  auto added = results.cases.at(11);
  added.label = "winograd-new";
  results.cases.erase(results.cases.begin() + 10);
  results.cases.push_back(added);
  return results;
}

Results large_run(int cases) {
  Results results{header("large"), {}, 0, 0};
  Maker maker(3);
  for (int i = 0; static_cast<int>(results.cases.size()) < cases; ++i) {
    auto problem = problem_of(kLayers[static_cast<std::size_t>(i) % std::size(kLayers)],
                              i % 2 == 0 ? "even" : "odd");
    problem.geometry.batch = 1 + i;
    problem.name = fmt::format("layer{}", i);
    for (const auto& who : kCompetitors) results.cases.push_back(maker.record(problem, who, 2, 15));
  }
  return results;
}

Results hostile_run() {
  const std::string nasty =
      "</script><script>document.title='owned'</script><img src=x onerror=alert(1)> <!-- ]]> & "
      "\"q\" 'a' | `tick` "
      "\x1b[31m\n=1+1,\"";
  Results results{header("hostile"), {}, 0, 0};
  Maker maker(4);
  for (int i = 0; i < 3; ++i)
    for (const auto& who : kCompetitors) {
      auto r = maker.record(problem_of(kLayers[2 + i], "x"), who, 2, 9);
      r.problem.name = fmt::format("{} {}", i, nasty);
      r.problem.suite = nasty;
      r.label += nasty;
      r.replay = nasty;
      r.smallest = SmallestCase{{}, {}, nasty, {}, r.verdict, {nasty}, 1, true, nasty};
      r.shrink_note = nasty;
      if (i == 1) r.verdict = Failed{nasty + "\xff"};
      results.cases.push_back(std::move(r));
    }
  results.header.suite = nasty;
  results.header.machine.processor = nasty;
  results.header.absent = {{nasty, nasty}};
  results.header.baseline_backend = "onednn" + nasty;
  return results;
}

}  // namespace convgauge::report
