// The program of a Winograd algorithm: for each part of the batch a dispatch each for the input
// transform, the products and the output transform.
#include <algorithm>
#include <string>

#include "steps.hpp"

namespace convgauge::backends::vulkan {
namespace {

using std::int64_t;

/// The products of a Winograd algorithm, as a convolution that igemm computes: its kernel is 1x1,
/// its pixels are all tiles, and each point is a group.
Shape products_of(const Shape& shape, int64_t points, int64_t tiles) {
  Shape products = shape;
  products.batch = 1;
  products.in_channels *= points;
  products.out_channels *= points;
  products.groups *= points;
  products.h = {1, 1, 1, 1, 0, 0};
  products.w = {tiles, 1, 1, 1, 0, 0};
  products.out_h = 1;
  products.out_w = tiles;
  products.padding_mode = CVG_PADDING_ZEROS;
  products.storage = Storage::f32;
  return products;
}

struct WinogradSizes {
  int64_t points, tiles_y, tiles_x, images;
};

/// Bytes of both transformed tensors of one part of the batch together. They should stay in a GPU's
/// last-level cache between the three dispatches (the H200 has 60 MB), but have enough workgroups
/// for the whole GPU.
constexpr int64_t kTransformedBytes = int64_t{48} << 20;

WinogradSizes winograd_sizes(const Shape& shape, const Limits& limits, int m, const Tile& tile) {
  WinogradSizes s{int64_t{m + 2} * (m + 2), divided_up(shape.out_h, m), divided_up(shape.out_w, m),
                  0};
  const auto tiles = s.tiles_y * s.tiles_x;
  const auto image_bytes = s.points * tiles * 4;
  const auto larger = image_bytes * std::max(shape.in_channels, shape.out_channels);
  const auto both = image_bytes * (shape.in_channels + shape.out_channels);
  const auto row_tiles = divided_up(shape.group_outputs(), tile.rows);
  const auto fits_grid = limits.groups[0] / row_tiles * tile.columns / tiles;
  cvg::refuse_unless(
      larger <= limits.range_bytes && fits_grid >= 1 && s.points * shape.groups <= limits.groups[2],
      CVG_REASON_SIZE,
      "one image's transformed tensor has " + std::to_string(larger) +
          " bytes, or its products more workgroups than this device takes");
  s.images = std::clamp<int64_t>(
      kTransformedBytes / both, 1,
      std::min({images_within_range(shape, limits), limits.range_bytes / larger, fits_grid}));
  return s;
}

void add_winograd_part(Program& program, const Shape& shape, const Limits& limits, const Part& part,
                       const WinogradSizes& sizes) {
  constexpr int64_t kThreads = 128;
  const bool small = program.winograd_tile == 2;
  const auto tiles = part.images * sizes.tiles_y * sizes.tiles_x;
  const auto transform = [&](Shader shader, int64_t channels) {
    auto step = step_of(shader, shape, kThreads);
    step.constants[kSpecial] = number(sizes.tiles_y);
    step.constants[kSpecial + 1] = number(sizes.tiles_x);
    step.push = part.push;
    step.groups = folded(divided_up(tiles * channels, kThreads), limits);
    step.after_previous = true;
    return step;
  };
  auto in =
      transform(small ? Shader::winograd_input_2 : Shader::winograd_input_4, shape.in_channels);
  in.windows = {part.src, {}, {}, {Place::transformed, 0}};
  const auto products = products_of(shape, sizes.points, tiles);
  auto multiply =
      gemm_step(products, program.tile, products.group_inputs() % Tile::kDepth == 0, false);
  multiply.windows = {Window{Place::transformed, 0},
                      {Place::packed, 0},
                      {Place::packed, program.bias_offset},
                      {Place::products, 0}};
  multiply.push = {1, 0, 0};
  multiply.groups = gemm_groups(products, program.tile, tiles);
  multiply.after_previous = true;
  auto out =
      transform(small ? Shader::winograd_output_2 : Shader::winograd_output_4, shape.out_channels);
  out.windows = {Window{Place::products, 0}, {}, {Place::packed, program.bias_offset}, part.dst};
  for (const auto& step : {in, multiply, out}) program.steps.push_back(step);
}

}  // namespace

Program build_winograd(const Candidate& candidate, const Shape& shape, const Limits& limits) {
  Program program;
  program.packing = Packing::winograd;
  program.tile = candidate.tile;
  program.winograd_tile = candidate.winograd_tile;
  const auto sizes = winograd_sizes(shape, limits, candidate.winograd_tile, candidate.tile);
  place_weights(program,
                sizes.points * packed_rows_bytes(shape, candidate.tile, shape.group_inputs(), 4),
                shape, limits);
  const auto image_bytes = sizes.points * sizes.tiles_y * sizes.tiles_x * 4;
  const auto images = std::min(sizes.images, std::max<int64_t>(1, shape.batch));
  program.transformed_bytes = images * image_bytes * shape.in_channels;
  program.products_bytes = images * image_bytes * shape.out_channels;
  for (const auto& part : parts_of(shape, limits, sizes.images))
    add_winograd_part(program, shape, limits, part, sizes);
  return program;
}

}  // namespace convgauge::backends::vulkan
