// Where the time of an execution goes, in one thread: the input transform, the products, the output
// transform, and all of it fused. products: GFLOP/s of the multiplications that are left, against
// the machine's FMA peak (convgauge machine).
//   bench_winograd [Google Benchmark's flags], e.g. --benchmark_filter=56x56/nchw
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "winograd/candidates.hpp"
#include "winograd/dispatch.hpp"
#include "winograd/execution.hpp"
#include "winograd/weights.hpp"

namespace convgauge::backends::winograd {
namespace {

struct Layer {
  const char* name;
  std::int64_t channels, size;
  const char* tile;
};

constexpr Layer kLayers[] = {
    {"64@224", 64, 224, "winograd.f4x4_3x3"}, {"128@112", 128, 112, "winograd.f4x4_3x3"},
    {"256@56", 256, 56, "winograd.f4x4_3x3"}, {"512@28", 512, 28, "winograd.f4x4_3x3"},
    {"512@14", 512, 14, "winograd.f4x4_3x3"}, {"64@56", 64, 56, "winograd.f4x4_3x3"},
    {"128@28", 128, 28, "winograd.f4x4_3x3"}, {"256@14", 256, 14, "winograd.f4x4_3x3"},
    {"512@7", 512, 7, "winograd.f2x2_3x3"},   {"64@56", 64, 56, "winograd.f6x6_3x3"},
    {"512@14", 512, 14, "winograd.f3x3_3x3"}};

/// C to C channels, 3x3, padding 1, batch 1.
cvg_spec spec_of(const Layer& layer, std::int32_t layout) {
  cvg_spec spec{};
  spec.struct_size = sizeof spec;
  spec.batch = spec.groups = 1;
  spec.in_channels = spec.out_channels = layer.channels;
  spec.h = spec.w = {layer.size, 3, 1, 1, 1, 1};
  spec.layout = layout;
  return spec;
}

Choice choice_of(const Layer& layer, const cvg_spec& spec, const cvg_settings& settings) {
  for (const auto& choice : choices(spec, settings, chosen_kernels(settings)))
    if (describe(choice).name == std::string(layer.tile)) return choice;
  std::abort();
}

/// A plan with its buffers, filled with something.
struct Case {
  Plan plan;
  std::vector<float> src, dst, weights;
  std::unique_ptr<void, decltype(&std::free)> packed, workspace;

  Case(const cvg_spec& spec, const Choice& choice, const Kernels& kernels)
      : plan(spec, choice, kernels, 1),
        src(plan.src.bytes(1) / sizeof(float), 0.5f),
        dst(plan.dst.bytes(1) / sizeof(float)),
        weights(static_cast<std::size_t>(spec.in_channels * spec.out_channels * 9), 0.01f),
        packed(std::aligned_alloc(64, packed_weights_bytes(plan)), std::free),
        workspace(std::aligned_alloc(64, workspace_bytes(plan)), std::free) {
    pack_weights(plan, weights.data(), nullptr, operands().packed);
  }
  Operands operands() {
    Arena arena(packed.get());
    return {src.data(), dst.data(), PackedWeights(plan, arena), Workspace(plan, workspace.get())};
  }
};

enum class Phase { input, products, output, all };

void run(benchmark::State& state, const Layer& layer, std::int32_t layout, Phase phase) {
  cvg_settings settings{};
  settings.threads = 1;
  const auto spec = spec_of(layer, layout);
  Case c(spec, choice_of(layer, spec, settings), chosen_kernels(settings));
  const Plan& plan = c.plan;
  const auto operands = c.operands();
  execute(plan, operands);  // fills V and M
  const auto scratch = operands.workspace.of(plan, 0);
  for (auto _ : state) {
    if (phase == Phase::all) execute(plan, operands);
    for (std::int64_t block = 0; block < plan.blocks() && phase != Phase::all; ++block) {
      const auto tiles = plan.tiling.tiles(), begin = tiles * block / plan.blocks(),
                 end = tiles * (block + 1) / plan.blocks();
      if (phase == Phase::input) transform_inputs(plan, operands.src, 0, begin, end, scratch);
      for (std::int64_t bundle = 0; bundle < plan.bundles() && phase != Phase::input; ++bundle) {
        if (phase == Phase::products)
          multiply(plan, scratch.v, operands.packed.u, bundle, end - begin, scratch.m);
        if (phase == Phase::output)
          transform_outputs(plan, operands.packed.bias, 0, bundle, begin, end, scratch,
                            operands.dst);
      }
    }
    benchmark::ClobberMemory();
  }
  const auto left = 2e-9 * static_cast<double>(plan.tiling.tiles() * plan.points() * plan.depth() *
                                               plan.panels() * plan.panel());
  if (phase == Phase::products || phase == Phase::all)
    state.counters["GFLOP/s"] =
        benchmark::Counter(left, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["block"] = static_cast<double>(plan.block_tiles);
  state.counters["bundle"] = static_cast<double>(plan.bundle);
}

void add(const Layer& layer, std::int32_t layout) {
  static constexpr const char* kLayouts[] = {"nchw", "nhwc", "native"};
  static constexpr const char* kPhases[] = {"input", "products", "output", "all"};
  for (const auto phase : {Phase::input, Phase::products, Phase::output, Phase::all}) {
    const auto name = std::string(layer.name) + "/" + (layer.tile + 9) + "/" + kLayouts[layout] +
                      "/" + kPhases[static_cast<int>(phase)];
    benchmark::RegisterBenchmark(name.c_str(),
                                 [=](benchmark::State& s) { run(s, layer, layout, phase); })
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace
}  // namespace convgauge::backends::winograd

int main(int argc, char** argv) {
  using namespace convgauge::backends::winograd;
  for (const auto& layer : kLayers)
    for (const auto layout : {CVG_LAYOUT_NCHW, CVG_LAYOUT_NHWC, CVG_LAYOUT_NATIVE})
      add(layer, layout);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
