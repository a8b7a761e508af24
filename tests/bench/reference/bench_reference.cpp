// The fast reference's rate on layers of real networks: nominal GFLOP/s in double, the magnitude in
//   the same pass. bench_reference [Google Benchmark's flags]; one line per layer, threads as in
//   the name
#include <benchmark/benchmark.h>

#include <string>
#include <thread>
#include <vector>

#include "core/buffer.hpp"
#include "core/fill.hpp"
#include "core/problem_text.hpp"
#include "reference/reference.hpp"

namespace convgauge::reference {
namespace {

struct Layer {
  const char *name, *problem;
};

constexpr Layer kLayers[] = {
    {"resnet50.conv1", "n1c3h224w224_o64k7s2p3"},
    {"resnet50.conv2", "n1c64h56w56_o64k3p1"},
    {"resnet50.conv3", "n1c128h28w28_o128k3p1"},
    {"resnet50.conv4", "n1c256h14w14_o256k3p1"},
    {"resnet50.conv5", "n1c512h7w7_o512k3p1"},
    {"resnet50.expand", "n1c64h56w56_o256k1"},
    {"resnet50.reduce", "n1c1024h14w14_o256k1"},
    {"vgg16.conv1_2", "n1c64h224w224_o64k3p1"},
    {"vgg16.conv3_2", "n1c256h56w56_o256k3p1"},
    {"vgg16.conv5_1", "n1c512h14w14_o512k3p1"},
    {"mobilenet.dw56", "n1c144h56w56_o144k3p1g144"},
    {"mobilenet.dw14", "n1c384h14w14_o384k3p1g384"},
    {"mobilenet.dw112s2", "n1c96h112w112_o96k3s2p1g96"},
    {"resnext.g32", "n1c256h28w28_o256k3p1g32"},
    {"dilated.reflect", "n1c64h56w56_o64k3p2d2_reflect"},
    {"large.kernel", "n1c32h56w56_o32k31p15g32"},
};

void run(benchmark::State& state, const Layer& layer, Layout layout, int threads) {
  const auto spec = Spec::of(parse_problem(layer.problem).value(), Dtype::f32, layout);
  Buffer src(spec.src_bytes()), weights(spec.weights_bytes()), bias(spec.bias_bytes());
  fill_src(spec, Fill::normal, 1, src.data());
  fill_weights(spec, Fill::normal, 1, weights.data());
  fill_bias(spec, Fill::normal, 1, bias.data());
  std::vector<double> want(static_cast<std::size_t>(elements(spec.geometry.dst_shape()))),
      magnitude(want);
  for (auto _ : state)
    reference_fast(spec, {src.data(), weights.data(), bias.data()}, {want.data(), magnitude.data()},
                   threads);
  state.counters["GFLOP/s"] = benchmark::Counter(static_cast<double>(spec.geometry.flops()) * 1e-9,
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace
}  // namespace convgauge::reference

int main(int argc, char** argv) {
  using convgauge::Layout, convgauge::word;
  using namespace convgauge::reference;
  for (const auto& layer : kLayers)
    for (const auto layout : {Layout::nchw, Layout::nhwc})
      for (const int threads : {1, 2}) {
        const auto name = std::string(layer.name) + "/" + std::string(word(layout)) + "/t" +
                          std::to_string(threads);
        benchmark::RegisterBenchmark(name.c_str(),
                                     [=](benchmark::State& s) { run(s, layer, layout, threads); })
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond);
      }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
