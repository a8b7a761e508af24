// Every algorithm, with output sizes around a tile's, on every instruction set, compared with the
// definition in double.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "naive/convolution.hpp"
#include "tables.hpp"
#include "winograd/candidates.hpp"
#include "winograd/execution.hpp"
#include "winograd/weights.hpp"

namespace convgauge::backends::winograd {
namespace {

cvg_spec spec_of(std::int64_t batch, std::int64_t inputs, std::int64_t outputs, std::int64_t groups,
                 const cvg_axis& h, const cvg_axis& w, std::int32_t mode = CVG_PADDING_ZEROS) {
  cvg_spec spec{};
  spec.struct_size = sizeof spec;
  spec.batch = batch, spec.in_channels = inputs, spec.out_channels = outputs, spec.groups = groups;
  spec.h = h, spec.w = w, spec.bias = 1, spec.padding_mode = mode, spec.layout = CVG_LAYOUT_NATIVE;
  const auto strides = [](std::int64_t(&s)[4], std::int64_t c, std::int64_t height,
                          std::int64_t width) {
    s[3] = 1, s[2] = width, s[1] = height * width, s[0] = c * height * width;
  };
  strides(spec.src_strides, inputs, h.input, w.input);
  strides(spec.weights_strides, inputs / groups, h.kernel, w.kernel);
  strides(spec.dst_strides, outputs, cvg::output(h), cvg::output(w));
  return spec;
}

/// Between -1 and 1, a different sequence for each `kind`.
std::vector<float> values(std::int64_t count, unsigned kind) {
  std::vector<float> all(static_cast<std::size_t>(count));
  unsigned state = kind * 2654435761u + 1;
  for (auto& x : all) {
    state = state * 1664525u + 1013904223u;
    x = static_cast<float>(state >> 8) * 0x1p-23f - 1;
  }
  return all;
}

std::vector<double> wide(const std::vector<float>& from) {
  return {from.begin(), from.end()};
}

struct Problem {
  cvg_spec spec;
  std::vector<float> src, weights, bias;
  std::vector<double> want;

  explicit Problem(const cvg_spec& given)
      : spec(given),
        src(values(spec.batch * spec.src_strides[0], 1)),
        weights(values(spec.out_channels * spec.weights_strides[0], 2)),
        bias(values(spec.out_channels, 3)),
        want(static_cast<std::size_t>(spec.batch * spec.dst_strides[0])) {
    const auto x = wide(src), w = wide(weights), b = wide(bias);
    for (std::int64_t n = 0; n < spec.batch; ++n)
      for (std::int64_t o = 0; o < spec.out_channels; ++o)
        for (std::int64_t y = 0; y < cvg::output(spec.h); ++y)
          for (std::int64_t begin = 0; begin < cvg::output(spec.w); begin += naive::kBlock)
            naive::convolve_block<double, double>(
                spec, x.data(), w.data(), b.data(), want.data(), n, o, y, begin,
                std::min(begin + naive::kBlock, cvg::output(spec.w)));
  }
};

using Bytes = std::unique_ptr<void, decltype(&std::free)>;
Bytes bytes(std::size_t count) {
  return {std::aligned_alloc(64, std::max<std::size_t>(count, 64)), std::free};
}

/// The output, nchw, whatever the plan's layout.
std::vector<float> run(const Problem& p, const Choice& choice, const Kernels& kernels,
                       int threads) {
  const Plan plan(p.spec, choice, kernels, threads);
  const Bytes packed = bytes(packed_weights_bytes(plan)), workspace = bytes(workspace_bytes(plan));
  std::vector<float> src(plan.src.bytes(p.spec.batch) / 4),
      dst(plan.dst.bytes(p.spec.batch) / 4, NAN), out(p.want.size());
  import_nchw(p.src.data(), plan.src, p.spec.batch, src.data());
  Arena arena(packed.get());
  const PackedWeights weights(plan, arena);
  pack_weights(plan, p.weights.data(), p.bias.data(), weights);
  execute(plan, {src.data(), dst.data(), weights, Workspace(plan, workspace.get())});
  export_nchw(dst.data(), plan.dst, p.spec.batch, out.data());
  return out;
}

/// The bound of harness/verify/README.md: (2 + sqrt(C) / 4) amp u S, where S is the sum of the
/// products' magnitudes, here with factors of at most 1.
double allowed(const Problem& p, const Choice& choice) {
  const auto channels = static_cast<double>(p.spec.in_channels / p.spec.groups);
  const double pieces = static_cast<double>(divided_up(p.spec.h.kernel, choice.h->r) *
                                            divided_up(p.spec.w.kernel, choice.w->r));
  return (2 + std::sqrt(channels * pieces) / 4) * amplification(choice) * 0x1p-24 * channels *
             pieces +
         1e-6;
}

void check_all(const Problem& p, const std::string& what) {
  cvg_settings settings{};
  settings.threads = 1;
  for (const auto& [name, kernels] : tables())
    for (const auto& choice : choices(p.spec, settings, *kernels)) {
      const auto got = run(p, choice, *kernels, 1 + static_cast<int>(p.spec.h.input % 2));
      for (std::size_t i = 0; i < got.size(); ++i)
        ASSERT_NEAR(got[i], p.want[i], allowed(p, choice))
            << name << " " << describe(choice).name << " " << what << " at " << i;
    }
}

TEST(Execution, EveryAlgorithmOnEveryEdgeSize) {
  for (const std::int64_t kernel : {2, 3, 4, 5, 7})
    for (std::int64_t size = kernel - 1; size <= 13; ++size)
      check_all(Problem(spec_of(1, 5, 19, 1, {size, kernel, 1, 1, 1, 0},
                                {14 - size + kernel, kernel, 1, 1, 0, 1})),
                std::to_string(kernel) + " taps, input " + std::to_string(size));
}

TEST(Execution, OneAxisAndRectangles) {
  for (const auto& [h, w] :
       {std::pair{1, 3}, {3, 1}, {1, 5}, {7, 1}, {3, 5}, {2, 4}, {6, 3}, {9, 1}})
    check_all(
        Problem(spec_of(2, 17, 33, 1, {9, h, 1, 1, h / 2, h / 2}, {11, w, 1, 1, w / 2, w / 2})),
        std::to_string(h) + "x" + std::to_string(w));
}

TEST(Execution, StridesAndDilations) {
  for (const auto& [stride, dilation] :
       {std::pair{2, 1}, {1, 2}, {1, 3}, {2, 3}, {4, 2}, {2, 4}, {6, 4}})
    check_all(
        Problem(spec_of(1, 4, 7, 1, {29, 7, stride, dilation, 3, 2}, {31, 3, 1, dilation, 2, 5})),
        "stride " + std::to_string(stride) + " dilation " + std::to_string(dilation));
}

TEST(Execution, GroupsAndPaddingModes) {
  for (const auto mode :
       {CVG_PADDING_ZEROS, CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE, CVG_PADDING_CIRCULAR})
    for (const std::int64_t groups : {1, 3})
      check_all(Problem(spec_of(3, 18, 12, groups, {6, 3, 1, 1, 4, 1}, {7, 3, 1, 1, 0, 5}, mode)),
                "mode " + std::to_string(mode) + " groups " + std::to_string(groups));
}

TEST(Execution, AnEmptyBatchIsNothing) {
  check_all(Problem(spec_of(0, 8, 8, 1, {6, 3, 1, 1, 1, 1}, {6, 3, 1, 1, 1, 1})), "batch 0");
}

}  // namespace
}  // namespace convgauge::backends::winograd
