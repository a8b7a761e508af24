#include "candidates.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace convgauge::backends::vulkan {
namespace {

using std::int64_t;

// Products and bytes in a nanosecond, for one multiprocessor of an H200 (datasheet: 67 TFLOP/s in
// f32, 4.8 TB/s, 132 multiprocessors).
constexpr double kProductsPerNs = 67e3 / 2 / 132, kBytesPerNs = 4800.0 / 132;
constexpr int kMultiprocessors = 132;  // where the device does not tell
// The time of a dispatch after a barrier: a large GPU becomes empty and fills again.
constexpr double kDispatchNs = 3000;
// Warps of one multiprocessor that hide the latency of shared memory and products.
constexpr int64_t kWarps = 16;

int multiprocessors(const Limits& limits) {
  return limits.multiprocessors > 0 ? limits.multiprocessors : kMultiprocessors;
}

bool is_depthwise(const Shape& s) {
  return s.group_inputs() == 1 && s.groups > 1;
}

bool runs(const Tile& tile, const Limits& limits) {
  return tile.threads() <= limits.threads && tile.shared_bytes() <= limits.shared_bytes;
}

/// Whether a tile has less than twice as many rows and columns as the problem; otherwise a smaller
/// tile does the same.
bool suits(const Tile& tile, const Shape& shape) {
  constexpr int64_t kLeast = 32;
  const auto columns = std::max<int64_t>(1, shape.batch) * shape.pixels();
  return (tile.rows == kLeast || tile.rows < 2 * shape.group_outputs()) &&
         (tile.columns <= 2 * kLeast || tile.columns < 2 * columns);
}

/// The share of an igemm's instructions that multiply: see README.md.
double efficiency(const Tile& t) {
  const double products = static_cast<double>(t.thread_rows * t.thread_columns * Tile::kDepth);
  const double reads = static_cast<double>((t.thread_rows + t.thread_columns) / 4 * Tile::kDepth);
  const double fetched =
      static_cast<double>((t.rows + t.columns) * Tile::kDepth) / static_cast<double>(t.threads());
  return products / (products + 2 * reads + 3 * fetched);
}

double gemm_ns(const Tile& tile, const Shape& s, int64_t columns, double multiprocessor_count) {
  const double depth = static_cast<double>(rounded_up(s.group_inputs() * s.taps(), Tile::kDepth));
  const double workgroups = static_cast<double>(
      s.groups * divided_up(s.group_outputs(), tile.rows) * divided_up(columns, tile.columns));
  const double each =
      static_cast<double>(tile.rows * tile.columns) * depth / kProductsPerNs / efficiency(tile);
  const double rounds = std::ceil(workgroups / multiprocessor_count);
  // With few warps on a multiprocessor it waits for memory and products.
  const double busy = std::min(1.0, rounds * static_cast<double>(tile.threads()) / 32 / kWarps);
  // Otherwise each element needs an address of its own.
  const double decoding = s.group_inputs() % Tile::kDepth == 0 ? 1 : 1.5;
  return rounds * each * decoding / busy;
}

double tensor_bytes(const Shape& s) {
  return static_cast<double>(s.batch * (s.src_image() + s.dst_image()) * s.element_bytes());
}

double products(const Shape& s) {
  return static_cast<double>(s.batch * s.dst_image() * s.group_inputs() * s.taps());
}

double winograd_ns(const Candidate& candidate, const Shape& s, const Limits& limits) {
  const auto count = static_cast<double>(multiprocessors(limits));
  const int64_t m = candidate.winograd_tile, points = (m + 2) * (m + 2);
  const int64_t tiles = s.batch * divided_up(s.out_h, m) * divided_up(s.out_w, m);
  Shape gemm = s;
  gemm.groups *= points, gemm.in_channels *= points, gemm.out_channels *= points;
  gemm.h.kernel = gemm.w.kernel = 1;
  const double transformed =
      static_cast<double>(points * tiles * (s.in_channels + s.out_channels)) * 4;
  const double dispatches = std::max(1.0, std::ceil(transformed / (48 << 20))) * 3;
  // The transformed tensors are written and read once each; half of that is counted, because it
  // hits the last-level cache.
  return gemm_ns(candidate.tile, gemm, tiles, count) + dispatches * kDispatchNs +
         (tensor_bytes(s) + transformed) / kBytesPerNs / count;
}

std::vector<Tile> tiles_for(const Shape& shape, const Limits& limits) {
  std::vector<Tile> tiles;
  for (const auto& tile : kTiles)
    if (runs(tile, limits) && suits(tile, shape)) tiles.push_back(tile);
  return tiles;
}

/// An upper bound of the iterations of all loops of an invocation together.
int64_t iterations(const Candidate& candidate, const Shape& s, const Limits& limits) {
  const auto span = (candidate.block - 1) * s.h.stride + (s.h.kernel - 1) * s.h.dilation + 1;
  constexpr int64_t kLargeThreads = 32;  // least threads of depthwise_large, for its staging loops
  switch (candidate.kind) {
    case Kind::direct:
      return s.group_inputs() * (1 + s.h.kernel * (1 + s.w.kernel));
    case Kind::igemm:
      return divided_up(s.group_inputs() * s.taps(), Tile::kDepth);
    case Kind::depthwise:
      return span * (1 + s.w.kernel);
    case Kind::depthwise_large:
      return s.h.kernel * (1 + s.w.kernel) +
             ((candidate.block + s.h.kernel) * (32 + s.w.kernel) + s.taps()) / kLargeThreads + 2;
    case Kind::winograd:
      return divided_up(s.group_inputs(), Tile::kDepth);
    case Kind::coopmat:
    case Kind::coopmat_emulated: {
      // coopmat_emulated has loops instead of matrices: in each step, over the depth for each of
      // the sums that an invocation owns.
      const auto own = candidate.tile.rows * candidate.tile.columns / subgroups(candidate.tile);
      const auto sums = limits.subgroup > 0 ? own / limits.subgroup : own;
      return s.group_inputs() * s.taps() / kMatrixDepth * (1 + sums * (kMatrixDepth + 2)) +
             2 * sums;
    }
  }
  return 0;
}

void add_igemm(std::vector<Candidate>& all, const Shape& shape, const Limits& limits) {
  if (is_depthwise(shape)) return;
  for (const auto& tile : tiles_for(shape, limits))
    all.push_back({.kind = Kind::igemm, .tile = tile});
}

void add_coopmat(std::vector<Candidate>& all, const Shape& s, const Limits& limits) {
  if (s.storage != Storage::f16 || s.group_inputs() % kMatrixDepth != 0 || limits.subgroup == 0 ||
      !limits.float16)
    return;
  for (const auto& tile : kMatrixTiles) {
    if (matrix_shared_bytes(tile) > limits.shared_bytes ||
        subgroups(tile) * limits.subgroup > limits.threads)
      continue;
    // The kernel's matrix shapes are those of devices with subgroups of 32; others may have other
    // shapes.
    if (limits.cooperative_matrix && limits.subgroup == 32)
      all.push_back({.kind = Kind::coopmat, .tile = tile});
    if (limits.emulated_matrix && 256 % limits.subgroup == 0)
      all.push_back({.kind = Kind::coopmat_emulated, .tile = tile});
  }
}

/// The largest height of a tile whose source and taps fit into shared memory, as
/// depthwise_large.comp lays them out.
std::optional<int> large_tile_height(const Shape& s, const Limits& limits) {
  for (const int height : {32, 16, 8}) {
    const auto pitch = (32 + s.w.kernel - 1 + 6) / 8 * 8 + 1;
    const auto bytes = ((height + s.h.kernel - 1) * pitch + s.taps()) * 4;
    if (bytes <= limits.shared_bytes && height * 4 <= limits.threads) return height;
  }
  return std::nullopt;
}

void add_depthwise(std::vector<Candidate>& all, const Shape& s, const Limits& limits) {
  if (!is_depthwise(s)) return;
  all.push_back(
      {.kind = Kind::depthwise, .block = static_cast<int>(std::min<int64_t>(4, s.out_h))});
  constexpr int64_t kLargeTaps = 25;
  const bool plain = s.h.stride == 1 && s.w.stride == 1 && s.h.dilation == 1 && s.w.dilation == 1;
  if (!plain || s.taps() < kLargeTaps) return;
  if (const auto height = large_tile_height(s, limits))
    all.push_back({.kind = Kind::depthwise_large, .block = *height});
}

void add_winograd(std::vector<Candidate>& all, const Shape& s, const Limits& limits) {
  for (const auto* axis : {&s.h, &s.w})
    if (axis->kernel != 3 || axis->stride != 1 || axis->dilation != 1) return;
  if (is_depthwise(s)) return;
  for (const int m : {2, 4}) {
    std::vector<Candidate> each;
    for (const auto& tile : kTiles)
      if (runs(tile, limits))
        each.push_back({.kind = Kind::winograd, .tile = tile, .winograd_tile = m});
    if (each.empty()) continue;
    all.push_back(*std::min_element(each.begin(), each.end(), [&](const auto& a, const auto& b) {
      return winograd_ns(a, s, limits) < winograd_ns(b, s, limits);
    }));
  }
}

}  // namespace

double estimated_ns(const Candidate& candidate, const Shape& s, const Limits& limits) {
  const auto count = static_cast<double>(multiprocessors(limits));
  const double moved = tensor_bytes(s) / kBytesPerNs / count;
  switch (candidate.kind) {
    case Kind::igemm:
      return kDispatchNs + std::max(moved, gemm_ns(candidate.tile, s, s.batch * s.pixels(), count));
    case Kind::winograd:
      return winograd_ns(candidate, s, limits);
    case Kind::depthwise:  // a read of the L1 cache for four products, and addresses
      return kDispatchNs + std::max(moved, products(s) * 4 / kProductsPerNs / count);
    case Kind::depthwise_large:
      // 15 reads of shared memory, each of one float, for 32 products; staging is not counted here.
      return kDispatchNs + std::max(moved * 2, products(s) * 2 / kProductsPerNs / count);
    case Kind::direct:  // two reads and their addresses for each product
      return kDispatchNs + std::max(moved, products(s) * 12 / kProductsPerNs / count);
    case Kind::coopmat:  // has not run on any device yet: offered by name, and never the default
    case Kind::coopmat_emulated:
      return HUGE_VAL;
  }
  return HUGE_VAL;
}

std::vector<Candidate> candidates(const Shape& shape, const Limits& limits) {
  std::vector<Candidate> all, built;
  add_depthwise(all, shape, limits);
  add_igemm(all, shape, limits);
  add_winograd(all, shape, limits);
  add_coopmat(all, shape, limits);
  for (const auto& candidate : all) {
    try {
      if (limits.loop_iterations > 0 &&
          iterations(candidate, shape, limits) > limits.loop_iterations)
        continue;
      static_cast<void>(build(candidate, shape, limits));
      built.push_back(candidate);
    } catch (const cvg::Refused&) {  // beyond a limit of the device: not offered
    }
  }
  static_cast<void>(build({}, shape, limits));  // direct: if it throws too, that is the reason
  if (limits.loop_iterations == 0 || iterations({}, shape, limits) <= limits.loop_iterations)
    built.push_back({});
  cvg::refuse_unless(!built.empty(), CVG_REASON_SIZE,
                     "an output needs " + std::to_string(iterations({}, shape, limits)) +
                         " iterations, and this driver ends a shader's loops after " +
                         std::to_string(limits.loop_iterations));
  std::stable_sort(built.begin(), built.end(), [&](const auto& a, const auto& b) {
    return estimated_ns(a, shape, limits) < estimated_ns(b, shape, limits);
  });
  return built;
}

std::string name_of(const Candidate& candidate) {
  const auto m = std::to_string(candidate.winograd_tile);
  switch (candidate.kind) {
    case Kind::direct:
      return "vulkan.direct";
    case Kind::igemm:
      return "vulkan.igemm_" + candidate.tile.name();
    case Kind::depthwise:
      return "vulkan.depthwise";
    case Kind::depthwise_large:
      return "vulkan.depthwise_large";
    case Kind::winograd:
      return "vulkan.wino_f" + m + "x" + m + "_3x3";
    case Kind::coopmat:
      return "vulkan.coopmat_" + candidate.tile.name();
    case Kind::coopmat_emulated:
      return "vulkan.coopmat_emulated_" + candidate.tile.name();
  }
  throw std::logic_error("a kind of kernel without a name");
}

cvg_algorithm describe(const Candidate& candidate) {
  constexpr cvg::AlgorithmFlags kFlags{.flushes_subnormals = true};  // Vulkan leaves it to drivers
  if (candidate.kind == Kind::winograd) {
    const auto axis = candidate.winograd_tile == 2
                          ? cvg::winograd_axis(2, 3, {{0, 1}, {1, 1}, {-1, 1}})
                          : cvg::winograd_axis(4, 3, {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {-2, 1}});
    return cvg::winograd(name_of(candidate), axis, axis, kFlags);
  }
  const bool gemm = candidate.kind == Kind::igemm || candidate.kind == Kind::coopmat ||
                    candidate.kind == Kind::coopmat_emulated;
  return cvg::algorithm(name_of(candidate), gemm ? CVG_CLASS_GEMM : CVG_CLASS_DIRECT, kFlags);
}

}  // namespace convgauge::backends::vulkan
