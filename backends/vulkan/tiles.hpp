// The tile shapes of igemm: which, what each takes of a device, and what each brings.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace convgauge::backends::vulkan {

/// A workgroup computes rows x columns of the product, an invocation thread_rows x thread_columns
/// of it.
struct Tile {
  std::int64_t rows = 0, columns = 0, thread_rows = 0, thread_columns = 0;
  bool operator==(const Tile&) const = default;

  constexpr std::int64_t threads() const { return rows / thread_rows * (columns / thread_columns); }
  /// Both halves, each row one vec4 longer than its tile (igemm.comp).
  constexpr std::int64_t shared_bytes() const { return kDepth * (rows + 4 + columns + 4) * 4; }
  std::string name() const { return std::to_string(rows) + "x" + std::to_string(columns); }

  static constexpr std::int64_t kDepth = 16;
};

/// Every invocation owns whole vec4s, and every tile is fetched in whole rounds of the workgroup:
/// see the asserts.
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
/// As coopmat.comp lays them out, the larger of both layouts.
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
