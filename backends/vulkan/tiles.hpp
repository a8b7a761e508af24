// The tile shapes of igemm and of the cooperative-matrix kernel, and what each needs of a device.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace convgauge::backends::vulkan {

/// A workgroup computes rows x columns of the product, and each of its invocations thread_rows x
/// thread_columns of these.
struct Tile {
  std::int64_t rows = 0, columns = 0, thread_rows = 0, thread_columns = 0;
  bool operator==(const Tile&) const = default;

  constexpr std::int64_t threads() const { return rows / thread_rows * (columns / thread_columns); }
  /// Of both factors, whose rows in shared memory are one vec4 longer than the tile (igemm.comp).
  constexpr std::int64_t shared_bytes() const { return kDepth * (rows + 4 + columns + 4) * 4; }
  std::string name() const { return std::to_string(rows) + "x" + std::to_string(columns); }

  static constexpr std::int64_t kDepth = 16;
};

/// In each of them an invocation has whole vec4s, and the workgroup fetches the tile in a whole
/// number of rounds: is_whole() is asserted below.
inline constexpr std::array kTiles{
    Tile{128, 128, 8, 8}, Tile{128, 64, 8, 4}, Tile{64, 128, 4, 8}, Tile{64, 64, 4, 4},
    Tile{64, 32, 4, 4},   Tile{32, 256, 4, 8}, Tile{32, 64, 4, 4},
};

/// The tiles of the cooperative-matrix kernel: rows and columns of the workgroup, then of a
/// subgroup.
inline constexpr std::array kMatrixTiles{Tile{128, 128, 64, 32}, Tile{64, 64, 32, 32}};
inline constexpr std::int64_t kMatrixDepth = 32;

constexpr std::int64_t subgroups(const Tile& t) {
  return t.rows / t.thread_rows * (t.columns / t.thread_columns);
}
/// Shared memory of coopmat.comp, in bytes: the larger need of its two layouts.
constexpr std::int64_t matrix_shared_bytes(const Tile& t) {
  const auto columns = std::max(t.columns * (kMatrixDepth + 8), kMatrixDepth * (t.columns + 8));
  return (kMatrixDepth * (t.rows + 8) + columns) * 2 + subgroups(t) * 16 * 16 * 4;
}

constexpr bool is_whole(const Tile& t) {
  return t.thread_rows % 4 == 0 && t.thread_columns % 4 == 0 && t.threads() % t.columns == 0 &&
         t.columns * Tile::kDepth / 4 % t.threads() == 0 &&
         Tile::kDepth % (t.threads() / t.columns * 4) == 0;
}
static_assert([] {
  for (const auto& tile : kTiles)
    if (!is_whole(tile) || tile.shared_bytes() > 32768 || tile.threads() > 256) return false;
  return true;
}());

}  // namespace convgauge::backends::vulkan
