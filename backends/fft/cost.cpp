#include "cost.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <initializer_list>

namespace convgauge::backends::fft {
namespace {

// Fitted to the least times of every tile of 17 layers, with one and two threads, on an AVX2
// machine of 92 GFLOP/s per core (bench_fft_tiles, tests/bench/fft); the choice depends only on
// their ratios. Flops are counted for one vector lane; a transform has nominally 2.5 N log2 N, and
// its rate includes gathering and the stride between slots.
constexpr double kTransformFlopsPerNs = 4;
constexpr double kProductFlopsPerNs = 10.35;
constexpr double kLaneTransformFlopsPerNs = 6;  // a tile's spectra stay in the L1 cache
constexpr double kLaneProductFlopsPerNs = 3.2;

/// Bytes of weights that are read in a nanosecond: from the last-level cache by each thread, and
/// from memory by all threads together.
constexpr double kCacheBytesPerNs = 70, kMemoryBytesPerNs = 40;

/// The size of a cache as the Linux kernel tells it, such as "32768K"; `otherwise` where it does
/// not. (On some machines sysconf returns the sum of the last-level caches of all dies.)
double cache_bytes(int level, double otherwise) {
  std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(level) + "/size");
  double kib = 0;
  return file >> kib && kib > 0 ? kib * 1024 : otherwise;
}

/// The time in which `threads` threads read `bytes` bytes of weights, where all weights have
/// `weight_bytes`. Only three quarters of the last-level cache are counted on: other processes use
/// it too.
double stream_ns(double bytes, double weight_bytes, int threads) {
  static const double third = cache_bytes(3, 16 << 20);
  return weight_bytes < third * 0.75 ? bytes / (kCacheBytesPerNs * threads)
                                     : bytes / kMemoryBytesPerNs;
}

/// Nominal flops of one lane's transform of one tile.
double transform_flops(const Cut& cut) {
  const double n = static_cast<double>(cut.across.n) * cut.along.n;
  return 2.5 * n * std::log2(n);
}

double divided_up(std::int64_t a, std::int64_t b) {
  return static_cast<double>((a + b - 1) / b);
}

/// How well register blocks of so many tiles use the multipliers. A block has two sums for every
/// tile, and each sum waits four cycles for its last product: eight sums are needed for two
/// products in every cycle. The square root of that share fitted the measured times better than the
/// share itself, and better than no factor.
double filled(double tiles, const Kernels& kernels) {
  const double block = tiles / std::ceil(tiles / kernels.tile_rows);
  return std::sqrt(std::min(1.0, block / 4));
}

/// The jobs of the busiest thread, divided by an even share.
double unevenness(std::int64_t jobs, int threads) {
  return divided_up(jobs, threads) * threads / static_cast<double>(jobs);
}

/// The numbers of pieces that are tried: the fewest, one and two more, and pieces of half a tile,
/// which waste least where there are many pieces.
std::vector<Tiling> tilings(const Axis& axis, int n) {
  std::vector<Tiling> all;
  const auto fewest = fewest_pieces(axis, n);
  const std::int64_t half_tile = std::max(1, n / 2),
                     half = (axis.phase_taps + half_tile - 1) / half_tile;
  for (const auto pieces : {fewest, fewest + 1, fewest + 2, half})
    if (pieces <= axis.phase_taps)
      if (const auto t = tiled(axis, n, pieces); std::find(all.begin(), all.end(), t) == all.end())
        all.push_back(t);
  return all;
}

std::vector<int> tile_choices(const Axis& axis) {
  std::vector<int> all;
  if (axis.taps == 1) all.push_back(1);
  if (axis.given.kernel > 1) all.insert(all.end(), std::begin(kTiles), std::end(kTiles));
  return all;
}

Candidate best_cut(const cvg_spec& spec, int h, int w, const Kernels& kernels, int threads) {
  Candidate best{.h = h, .w = w, .shape = shape_of(spec, w == 1), .cut = {}};
  const int across = w == 1 ? 1 : h, along = w == 1 ? h : w;
  for (const auto& y : tilings(best.shape.across, across))
    for (const auto& x : tilings(best.shape.along, along)) {
      const double cost = predicted_ns(best.shape, {y, x}, kernels, threads);
      if (best.cost_ns == 0 || cost < best.cost_ns) {
        best.cut = {y, x};
        best.cost_ns = cost;
      }
    }
  return best;
}

}  // namespace

double predicted_ns(const Shape& shape, const Cut& cut, const Kernels& kernels, int threads) {
  const Sizes sizes = sizes_of(shape, cut, kernels, threads);
  const double images = static_cast<double>(std::max<std::int64_t>(1, sizes.images));
  const auto groups = static_cast<double>(shape.groups), k = static_cast<double>(sizes.k);
  const double in_vectors = sizes.by_lanes
                                ? static_cast<double>(sizes.out_blocks) * k
                                : groups * static_cast<double>(sizes.branches * sizes.in_blocks);
  const double out_vectors = static_cast<double>(sizes.out_blocks) *
                             (sizes.by_lanes ? static_cast<double>(shape.group_out) : groups);
  const double transform_work = images * (in_vectors + out_vectors) * transform_flops(cut);
  const double flops = 8 * images * out_vectors * k * static_cast<double>(cut.slots());
  const double weight_bytes = 4 * static_cast<double>(sizes.weights);
  if (sizes.by_lanes) {
    const double work = transform_work / kLaneTransformFlopsPerNs + flops / kLaneProductFlopsPerNs;
    return work / threads + stream_ns(weight_bytes, weight_bytes, threads);
  }
  // Every share of a block's tiles reads all weights. The model has no factor for Gauss' form: with
  // one, its choices were no better.
  const auto shares = sizes.shares(sizes.block_tiles);
  const double rounds = divided_up(sizes.images, sizes.block_tiles);
  const double uneven = unevenness(sizes.passes() * shares, threads);
  const double share = static_cast<double>(sizes.block_tiles) / static_cast<double>(shares);
  const double products = flops / (kProductFlopsPerNs * filled(share, kernels) * threads);
  const double streams =
      stream_ns(rounds * static_cast<double>(shares) * weight_bytes, weight_bytes, threads);
  return transform_work / (kTransformFlopsPerNs * threads) + uneven * std::hypot(products, streams);
}

std::vector<Candidate> candidates(const cvg_spec& spec, const Kernels& kernels, int threads) {
  std::vector<Candidate> all;
  const Shape shape = shape_of(spec, false);
  for (const int h : tile_choices(shape.across))
    for (const int w : tile_choices(shape.along))
      if (h > 1 || w > 1) all.push_back(best_cut(spec, h, w, kernels, threads));
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.cost_ns < b.cost_ns; });
  return all;
}

}  // namespace convgauge::backends::fft
