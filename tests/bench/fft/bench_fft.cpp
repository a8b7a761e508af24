// The phases of one convolution by FFT on one thread, each alone, in its own layout (native),
//   against the roofline. bench_fft [channels map kernel groups [isa [tile_h tile_w]]]
//   default: the layers of configs/bench/fft.json
// Nominal flops: 2.5 N log2 N for a transform of N real samples, 8 for a complex product. The bytes
// of a phase are those that it must move: samples and spectra, spectra and weights and products,
// products and results.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "../../unit/fft/problem.hpp"
#include "common/simd.hpp"
#include "fft/isa.hpp"

namespace convgauge::backends::fft {
namespace {

double best_ns(const std::function<void()>& body) {
  using Clock = std::chrono::steady_clock;
  double best = 1e18;
  const auto until = Clock::now() + std::chrono::milliseconds(200);
  for (int i = 0; i < 5 || Clock::now() < until; ++i) {
    const auto begin = Clock::now();
    body();
    best = std::min(best, std::chrono::duration<double, std::nano>(Clock::now() - begin).count());
  }
  return best;
}

#if defined(__AVX512F__)
constexpr int kPeakWidth = 16;
#elif defined(__AVX__)
constexpr int kPeakWidth = 8;
#else
constexpr int kPeakWidth = 4;
#endif

/// Twelve independent chains of multiply-adds that never leave the registers.
float multiply_add_chains(int steps) {
  using V = Vector<kPeakWidth>;
  const V b = broadcast<kPeakWidth>(0.999f), c = broadcast<kPeakWidth>(1e-3f);
  V s0 = b, s1 = b, s2 = b, s3 = b, s4 = b, s5 = b, s6 = b, s7 = b, s8 = b, s9 = b, s10 = b,
    s11 = b;
  for (int i = 0; i < steps; ++i) {
    s0 = s0 * b + c, s1 = s1 * b + c, s2 = s2 * b + c, s3 = s3 * b + c, s4 = s4 * b + c,
    s5 = s5 * b + c;
    s6 = s6 * b + c, s7 = s7 * b + c, s8 = s8 * b + c, s9 = s9 * b + c, s10 = s10 * b + c,
    s11 = s11 * b + c;
  }
  const V sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;
  return sum[0];
}

double peak_flops_per_ns() {
  constexpr int kSteps = 200000;
  volatile float kept = 0;
  const double ns = best_ns([&] { kept = multiply_add_chains(kSteps); });
  return 2.0 * 12 * kPeakWidth * kSteps / ns;
}

struct Phase {
  const char* name;
  double flops, bytes;
  std::function<void()> body;
};

void report(const Phase& p, double peak) {
  const double ns = best_ns(p.body);
  std::printf("  %-8s %9.1f us  %6.1f GFLOP/s %5.1f%% of peak  %6.1f GB/s\n", p.name, ns / 1e3,
              p.flops / ns, 100 * p.flops / ns / peak, p.bytes / ns);
}

/// The buffers of one thread that holds all tiles at once.
struct Run {
  Sizes s;
  Cut cut;
  const Kernels& k;
  std::int64_t slots, pair, tiles, in_vectors, out_vectors;
  std::vector<float> image, weights, spectra, products, scratch, bias;
  std::vector<std::int32_t> lanes, rows, columns;

  Run(const Candidate& c, const Kernels& kernels)
      : s(sizes_of(c.shape, c.cut, kernels, 1)),
        cut(c.cut),
        k(kernels),
        slots(cut.slots()),
        pair(2 * s.width),
        tiles(s.by_lanes ? 1 : s.block_tiles),
        in_vectors(s.by_lanes ? s.k : s.branches * s.in_blocks),
        out_vectors(s.by_lanes ? c.shape.group_out : s.out_blocks),
        image(size(cut.across.n * cut.along.n * s.width), 0.5f),
        weights(size(s.weight_block * out_vectors), 0.5f),
        spectra(size(s.by_lanes ? s.spectra : slots * tiles * s.tile_stride), 0.5f),
        products(size(s.products), 0.5f),
        scratch(size(s.scratch)),
        bias(size(s.width)) {
    for (std::int64_t i = 0; i < in_vectors; ++i)
      lanes.push_back(static_cast<std::int32_t>(std::min<std::int64_t>(s.width, c.shape.group_in)));
    for (int i = 0; i < cut.across.n; ++i) rows.push_back(i);
    for (int i = 0; i < cut.along.n; ++i) columns.push_back(i);
  }
  static std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

  Channels whole() const {
    Channels c;
    c.lanes = s.width;
    c.whole_vectors = true;
    return c;
  }
  std::int64_t tile_stride() const { return s.by_lanes ? s.k * pair : s.tile_stride; }

  void forward() {
    const TileSource source{
        image.data(), whole(), rows.data(), columns.data(), cut.along.n * s.width, s.width, 0,
        cut.along.n,  1};
    for (std::int64_t t = 0; t < tiles; ++t)
      for (std::int64_t b = 0; b < in_vectors; ++b)
        k.forward(cut.across.n, cut.along.n, source, scratch.data(),
                  spectra.data() + t * tile_stride() + b * pair, tiles * tile_stride());
  }
  void multiply() {
    if (s.by_lanes)
      for (std::int64_t o = 0; o < out_vectors; ++o)
        k.multiply_lanes({spectra.data(), weights.data() + o * s.weight_block, products.data(),
                          static_cast<int>(s.k), slots, cut.across.n});
    else
      for (std::int64_t o = 0; o < out_vectors; o += s.pass_vectors)
        for (std::int64_t t = 0; t < tiles; t += s.share_tiles) multiply(o, t);
  }
  void multiply(std::int64_t o, std::int64_t t) {
    k.multiply({.in = spectra.data() + t * s.tile_stride,
                .in_slot = tiles * s.tile_stride,
                .in_tile = s.tile_stride,
                .weights = weights.data() + o * s.weight_block,
                .weight_slot = s.k * pair,
                .weight_vector = s.weight_block,
                .out = products.data(),
                .out_slot = (s.share_tiles | 1) * pair,
                .out_vector = s.product_vector,
                .vectors = static_cast<int>(std::min(s.pass_vectors, out_vectors - o)),
                .tiles = static_cast<int>(std::min(s.share_tiles, tiles - t)),
                .blocks = static_cast<int>(in_vectors),
                .block_lanes = lanes.data(),
                .slots = slots,
                .tile_h = cut.across.n});
  }
  void inverse() {
    const TileTarget target{
        image.data(),
        whole(),
        static_cast<int>(std::min<std::int64_t>(cut.across.outputs, cut.across.n)),
        static_cast<int>(cut.along.outputs),
        cut.along.n * s.width,
        s.width,
        bias.data()};
    for (std::int64_t o = 0; o < out_vectors; ++o)
      for (std::int64_t t = 0; t < tiles; ++t)
        k.inverse(cut.across.n, cut.along.n, products.data() + t % s.share_tiles * pair,
                  (s.share_tiles | 1) * pair, scratch.data(), target);
  }
};

void phases(const Problem& p, const Candidate& c, const Kernels& kernels, double peak) {
  Run run(c, kernels);
  const double n = static_cast<double>(c.cut.across.n) * c.cut.along.n, width = run.s.width;
  const double in = static_cast<double>(run.tiles * run.in_vectors) * width,
               out = static_cast<double>(run.tiles * run.out_vectors) * width;
  const double transform = 2.5 * n * std::log2(n);
  const double weights = 4.0 * static_cast<double>(run.weights.size());
  std::printf("%ld -> %ld @%ld %ldx%ld %s %s: %ld of %ld tiles at once, %.1f MB of weights\n",
              static_cast<long>(p.in), static_cast<long>(p.out), static_cast<long>(p.h.input),
              static_cast<long>(p.h.kernel), static_cast<long>(p.w.kernel), c.name().c_str(),
              kernels.name, static_cast<long>(run.tiles), static_cast<long>(run.s.images),
              weights / 1e6);
  report({"forward", in * transform, in * n * 8, [&] { run.forward(); }}, peak);
  report({run.s.by_lanes ? "lanes" : "GEMM", 4 * n * static_cast<double>(run.s.k) * out,
          4 * n * (in + out) + weights, [&] { run.multiply(); }},
         peak);
  report({"inverse", out * transform, out * n * 8, [&] { run.inverse(); }}, peak);
}

Problem square(std::int64_t channels, std::int64_t map, std::int64_t kernel, std::int64_t groups) {
  const cvg_axis axis{map, kernel, 1, 1, kernel / 2, kernel / 2};
  return {.in = channels, .out = channels, .groups = groups, .h = axis, .w = axis};
}

}  // namespace
}  // namespace convgauge::backends::fft

int main(int count, char** words) {
  using namespace convgauge::backends;
  using namespace convgauge::backends::fft;
  const auto number = [&](int i) { return std::atol(words[i]); };
  std::vector<Problem> problems;
  if (count > 4)
    problems.push_back(square(number(1), number(2), number(3), number(4)));
  else {
    for (const int k : {5, 7, 9, 15}) problems.push_back(square(64, 56, k, 1));
    for (const int k : {15, 31}) problems.push_back(square(128, 56, k, 128));
  }
  const auto set = instruction_set(count > 5 ? words[5] : "auto");
  if (!built_in(set) || !runs_here(set)) return std::printf("%s\n", why_not_here(set).c_str()), 1;
  const Kernels& kernels = *built_in(set);
  const double peak = peak_flops_per_ns();
  std::printf("peak of this core: %.1f GFLOP/s\n", peak);
  for (const auto& p : problems)
    for (const auto& c : candidates(spec_of(p), kernels, 1)) {
      if (count > 7 && (c.h != number(6) || c.w != number(7))) continue;
      phases(p, c, kernels, peak);
      break;
    }
}
