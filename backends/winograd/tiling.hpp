// All output tiles of a problem in one order: by image, then residue and row of tiles, then residue
// and column of tiles.
#pragma once
#include "axis.hpp"

namespace convgauge::backends::winograd {

/// Tiles side by side in one row.
struct Run {
  std::int64_t image = 0;
  std::int64_t residue_h = 0, residue_w = 0;
  std::int64_t tile_y = 0, tile_x = 0;  // of the first, within its residues
  std::int64_t tiles = 0;
};

struct Tiling {
  AxisPlan h, w;
  std::int64_t images = 0;
  std::int64_t rows = 0, columns = 0;  // of tiles, over all residues, in one image

  Tiling() = default;
  Tiling(const AxisPlan& height, const AxisPlan& width, std::int64_t batch)
      : h(height), w(width), images(batch) {
    for (std::int64_t residue = 0; residue < h.residues; ++residue) rows += h.tiles(residue);
    for (std::int64_t residue = 0; residue < w.residues; ++residue) columns += w.tiles(residue);
  }
  std::int64_t tiles() const { return images * rows * columns; }

  /// The longest run that begins with tile `index` and has at most `most` tiles.
  Run run_at(std::int64_t index, std::int64_t most) const {
    const auto [residue_h, tile_y] = split(h, index / columns % rows);
    const auto [residue_w, tile_x] = split(w, index % columns);
    return {index / (rows * columns),
            residue_h,
            residue_w,
            tile_y,
            tile_x,
            std::min(most, w.tiles(residue_w) - tile_x)};
  }

 private:
  struct Place {
    std::int64_t residue, tile;
  };
  static Place split(const AxisPlan& axis, std::int64_t tile) {
    std::int64_t residue = 0;
    while (tile >= axis.tiles(residue)) tile -= axis.tiles(residue++);
    return {residue, tile};
  }
};

/// Calls visit(run, number of its first tile counted from `begin`) for the tiles [begin, end), in
/// runs of at most `most`.
template <class Visit>
void for_each_run(const Tiling& tiling, std::int64_t begin, std::int64_t end, std::int64_t most,
                  Visit&& visit) {
  for (auto tile = begin; tile < end;) {
    const Run run = tiling.run_at(tile, std::min(most, end - tile));
    visit(run, tile - begin);
    tile += run.tiles;
  }
}

}  // namespace convgauge::backends::winograd
