#include "cost.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <initializer_list>

namespace convgauge::backends::fft {
namespace {

// Measured on an AVX2 machine of 92 GFLOP/s per core (tests/bench/fft); only their ratios decide. Flops are per vector
// lane.
constexpr double kTransformFlopsPerNs = 6;  // nominal 2.5 N log2 N, gathering included
constexpr double kProductFlopsPerNs = 10;
constexpr double kLaneProductFlopsPerNs = 3;

/// Bytes per ns at which weights stream out of the second cache, out of a third of the last one, out of most of it,
/// which other processes want too, and out of memory.
constexpr double kStreamBytesPerNs[] = {40, 20, 14, 8};

/// The size of a cache as the kernel tells it, "32768K": sysconf adds up the last caches of all dies on some machines.
double cache_bytes(int level, double otherwise) {
  std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(level) + "/size");
  double kib = 0;
  return file >> kib && kib > 0 ? kib * 1024 : otherwise;
}

/// Bytes that stream by once in every execution, by where they can stay from one to the next.
double stream_ns(double bytes) {
  static const double second = cache_bytes(2, 1 << 20);
  static const double third = cache_bytes(3, 16 << 20);
  return bytes / kStreamBytesPerNs[bytes < second / 2 ? 0 : bytes < third / 3 ? 1 : bytes < third * 0.75 ? 2 : 3];
}

/// Nominal flops of one lane's transform of one tile.
double transform_flops(const Cut& cut) {
  const double n = static_cast<double>(cut.across.n) * cut.along.n;
  return 2.5 * n * std::log2(n);
}

double divided_up(std::int64_t a, std::int64_t b) {
  return static_cast<double>((a + b - 1) / b);
}

/// The share of the multipliers that register blocks of so many tiles keep busy: two sums for every tile, each waiting
/// four cycles for its last product; eight sums are needed for two products in every cycle.
double filled(std::int64_t tiles, const Kernels& kernels) {
  const double block = static_cast<double>(tiles) / divided_up(tiles, kernels.tile_rows);
  return std::min(1.0, block / 4);
}

/// The pieces worth trying: the fewest, and some more; a piece of half a tile wastes least where there are many.
std::vector<Tiling> tilings(const Axis& axis, int n) {
  std::vector<Tiling> all;
  const auto fewest = fewest_pieces(axis, n);
  const std::int64_t half_tile = std::max(1, n / 2), half = (axis.phase_taps + half_tile - 1) / half_tile;
  for (const auto pieces : {fewest, fewest + 1, fewest + 2, half})
    if (pieces <= axis.phase_taps)
      if (const auto t = tiled(axis, n, pieces); std::find(all.begin(), all.end(), t) == all.end()) all.push_back(t);
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
  const double images = static_cast<double>(std::max<std::int64_t>(1, sizes.images)), lanes = sizes.width;
  const auto groups = static_cast<double>(shape.groups), k = static_cast<double>(sizes.k);
  const double in_vectors = sizes.by_lanes ? static_cast<double>(sizes.out_blocks) * k
                                           : groups * static_cast<double>(sizes.branches * sizes.in_blocks);
  const double out_vectors =
      static_cast<double>(sizes.out_blocks) * (sizes.by_lanes ? static_cast<double>(shape.group_out) : groups);
  const double transforms =
      images * (in_vectors + out_vectors) * transform_flops(cut) * lanes / (kTransformFlopsPerNs * lanes);
  const double flops = 8 * images * out_vectors * k * static_cast<double>(cut.slots());
  const double weight_bytes = 4 * static_cast<double>(sizes.weights);
  if (sizes.by_lanes) {
    const double work = transforms + flops / kLaneProductFlopsPerNs;
    return work / threads + stream_ns(weight_bytes);
  }
  // A block of tiles reads all weights once. Some of that shows even where the products take longer.
  const double rounds = divided_up(sizes.images, sizes.block_tiles);
  // Gauss' form is not counted: with its measured 0.83 the default of 9x9 became a slower tile.
  const double products = flops / (kProductFlopsPerNs * filled(sizes.share_tiles, kernels));
  return transforms / threads + std::max(products / threads, rounds * stream_ns(weight_bytes)) +
         0.25 * rounds * stream_ns(weight_bytes);
}

std::vector<Candidate> candidates(const cvg_spec& spec, const Kernels& kernels, int threads) {
  std::vector<Candidate> all;
  const Shape shape = shape_of(spec, false);
  for (const int h : tile_choices(shape.across))
    for (const int w : tile_choices(shape.along))
      if (h > 1 || w > 1) all.push_back(best_cut(spec, h, w, kernels, threads));
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.cost_ns < b.cost_ns; });
  return all;
}

}  // namespace convgauge::backends::fft
