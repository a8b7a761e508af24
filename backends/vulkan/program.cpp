#include "program.hpp"

#include <algorithm>
#include <limits>
#include <string>

namespace convgauge::backends::vulkan {
namespace {

using std::int64_t;

std::uint32_t number(int64_t value) {
  return static_cast<std::uint32_t>(value);
}

Storage storage_of(std::int32_t type) {
  return type == CVG_F32 ? Storage::f32 : type == CVG_F16 ? Storage::f16 : Storage::bf16;
}

/// A step that is never taken may be any number, and a shader's numbers have 32 bits.
cvg_axis tamed(cvg_axis axis) {
  if (axis.kernel == 1) axis.dilation = 1;
  if (cvg::output(axis) == 1) axis.stride = 1;
  return axis;
}

void refuse_what_32_bits_cannot(const cvg_spec& spec) {
  for (const auto* axis : {&spec.h, &spec.w})
    cvg::refuse_unless(axis->pad_before + axis->input + axis->pad_after <= std::numeric_limits<std::int32_t>::max() &&
                           spec.in_channels <= std::numeric_limits<std::int32_t>::max() &&
                           spec.out_channels <= std::numeric_limits<std::int32_t>::max(),
                       CVG_REASON_SIZE, "a padded axis or a number of channels is beyond 2^31 - 1");
}

/// Some images of the batch, with the windows that hold them.
struct Part {
  int64_t images = 0;
  Window src, dst;
  Push push;
};

Window window_at(Place place, int64_t first_byte, const Limits& limits) {
  return {place, first_byte / limits.offset_alignment * limits.offset_alignment};
}

std::vector<Part> parts_of(const Shape& shape, const Limits& limits, int64_t most_images) {
  std::vector<Part> parts;
  const auto bytes = shape.element_bytes();
  for (int64_t first = 0; first < shape.batch; first += most_images) {
    const auto src_byte = first * shape.src_image() * bytes, dst_byte = first * shape.dst_image() * bytes;
    Part part{std::min(most_images, shape.batch - first),
              window_at(Place::src, src_byte, limits),
              window_at(Place::dst, dst_byte, limits),
              {}};
    part.push = {number(part.images), number((src_byte - part.src.offset) / bytes),
                 number((dst_byte - part.dst.offset) / bytes)};
    parts.push_back(part);
  }
  return parts;
}

/// How many images one dispatch may see. Throws cvg::Refused where it is not even one.
int64_t images_within_range(const Shape& shape, const Limits& limits) {
  const auto image = std::max(shape.src_image(), shape.dst_image()) * shape.element_bytes();
  const auto room = limits.range_bytes - limits.offset_alignment;
  cvg::refuse_unless(image <= room, CVG_REASON_SIZE,
                     "one image has " + std::to_string(image) + " bytes, and this device's shaders see " +
                         std::to_string(room) + " of a buffer (maxStorageBufferRange less an alignment)");
  return std::max<int64_t>(1, room / std::max<int64_t>(1, image));
}

Step step_of(Shader shader, const Shape& s, int64_t threads) {
  Step step;
  step.shader = shader;
  step.storage = s.storage;
  const int64_t values[] = {
      threads,      s.in_channels, s.h.input,      s.w.input,      s.out_channels, s.out_h,
      s.out_w,      s.groups,      s.h.kernel,     s.w.kernel,     s.h.stride,     s.w.stride,
      s.h.dilation, s.w.dilation,  s.h.pad_before, s.w.pad_before, s.padding_mode, s.channels_last ? 1 : 0};
  std::transform(std::begin(values), std::end(values), step.constants.begin(), number);
  return step;
}

/// A one-dimensional grid, folded where it is longer than the device's first dimension.
std::array<std::uint32_t, 3> folded(int64_t groups, const Limits& limits) {
  const auto x = std::min(groups, limits.groups[0]), y = divided_up(groups, std::max<int64_t>(1, x));
  cvg::refuse_unless(y <= limits.groups[1], CVG_REASON_SIZE,
                     std::to_string(groups) + " workgroups are more than this device's grid holds");
  return {number(x), number(y), 1};
}

constexpr int kSpecial = 20;  // constant_id of a shader's first own constant

void place_weights(Program& program, int64_t bytes, const Shape& shape, const Limits& limits) {
  program.weight_bytes = bytes;
  program.bias_offset = rounded_up(bytes, limits.offset_alignment);
  program.packed_bytes = program.bias_offset + shape.out_channels * 4;
  cvg::refuse_unless(bytes <= limits.range_bytes && shape.out_channels * 4 <= limits.range_bytes, CVG_REASON_SIZE,
                     "the packed weights have " + std::to_string(bytes) + " bytes, and this device's shaders see " +
                         std::to_string(limits.range_bytes) + " of a buffer (maxStorageBufferRange)");
}

/// A kernel whose invocations are counted one by one: direct, depthwise, depthwise_large.
void add_flat(Program& program, Step step, const Shape& shape, const Limits& limits, int64_t workgroups_per_image) {
  // Workgroups are not shared by images here only where they are counted so; rounding up is harmless.
  const auto most = std::max<int64_t>(
      1, std::min(images_within_range(shape, limits),
                  limits.groups[0] * limits.groups[1] / std::max<int64_t>(1, workgroups_per_image) / 2));
  for (const auto& part : parts_of(shape, limits, most)) {
    step.windows = {part.src, {Place::packed, 0}, {Place::packed, program.bias_offset}, part.dst};
    step.push = part.push;
    step.groups = folded(part.images * workgroups_per_image, limits);
    program.steps.push_back(step);
  }
}

Program build_direct(const Shape& shape, const Limits& limits) {
  constexpr int64_t kThreads = 128;
  Program program;
  place_weights(program, shape.out_channels * shape.group_inputs() * shape.taps() * shape.element_bytes(), shape,
                limits);
  add_flat(program, step_of(Shader::direct, shape, kThreads), shape, limits, divided_up(shape.dst_image(), kThreads));
  return program;
}

Program build_depthwise(const Candidate& candidate, const Shape& shape, const Limits& limits) {
  constexpr int64_t kThreads = 128;
  Program program;
  program.packing = Packing::taps;
  place_weights(program, shape.out_channels * shape.taps() * shape.element_bytes(), shape, limits);
  auto step = step_of(Shader::depthwise, shape, kThreads);
  step.constants[kSpecial] = number(candidate.block);
  const auto invocations = divided_up(shape.out_h, candidate.block) * shape.out_w * shape.out_channels;
  add_flat(program, step, shape, limits, divided_up(invocations, kThreads));
  return program;
}

Program build_depthwise_large(const Candidate& candidate, const Shape& shape, const Limits& limits) {
  constexpr int64_t kTileWidth = 32, kAcross = 4;  // as in depthwise_large.comp
  Program program;
  program.packing = Packing::taps;
  place_weights(program, shape.out_channels * shape.taps() * shape.element_bytes(), shape, limits);
  auto step = step_of(Shader::depthwise_large, shape, kAcross * candidate.block);
  step.constants[kSpecial] = number(candidate.block);
  const auto tiles = divided_up(shape.out_w, kTileWidth) * divided_up(shape.out_h, candidate.block);
  add_flat(program, step, shape, limits, tiles * shape.out_channels);
  return program;
}

Step gemm_step(const Shape& shape, const Tile& tile, bool tap_outer, bool add_bias) {
  auto step = step_of(Shader::igemm, shape, tile.threads());
  const int64_t own[] = {tile.rows,
                         tile.columns,
                         Tile::kDepth,
                         tile.thread_rows,
                         tile.thread_columns,
                         tap_outer ? 1 : 0,
                         tap_outer && shape.channels_last ? 1 : 0,
                         add_bias ? 1 : 0};
  std::transform(std::begin(own), std::end(own), step.constants.begin() + kSpecial, number);
  return step;
}

std::array<std::uint32_t, 3> gemm_groups(const Shape& shape, const Tile& tile, int64_t columns) {
  return {number(divided_up(shape.group_outputs(), tile.rows) * divided_up(columns, tile.columns)), 1,
          number(shape.groups)};
}

int64_t packed_rows_bytes(const Shape& shape, const Tile& tile, int64_t depth, int64_t element_bytes) {
  return shape.groups * rounded_up(depth, Tile::kDepth) * rounded_up(shape.group_outputs(), tile.rows) * element_bytes;
}

Program build_igemm(const Candidate& candidate, const Shape& shape, const Limits& limits) {
  Program program;
  program.packing = Packing::depth_rows;
  program.tile = candidate.tile;
  program.tap_outer = shape.group_inputs() % Tile::kDepth == 0;
  place_weights(program,
                packed_rows_bytes(shape, candidate.tile, shape.group_inputs() * shape.taps(), shape.element_bytes()),
                shape, limits);
  auto step = gemm_step(shape, candidate.tile, program.tap_outer, true);
  const auto row_tiles = divided_up(shape.group_outputs(), candidate.tile.rows);
  const auto most_columns = limits.groups[0] / row_tiles * candidate.tile.columns;
  cvg::refuse_unless(shape.pixels() <= most_columns && shape.groups <= limits.groups[2], CVG_REASON_SIZE,
                     "the grid of workgroups is beyond this device's limits");
  const auto most = std::min(images_within_range(shape, limits), most_columns / shape.pixels());
  for (const auto& part : parts_of(shape, limits, most)) {
    step.windows = {part.src, {Place::packed, 0}, {Place::packed, program.bias_offset}, part.dst};
    step.push = part.push;
    step.groups = gemm_groups(shape, candidate.tile, part.images * shape.pixels());
    program.steps.push_back(step);
  }
  return program;
}

/// The products of a Winograd algorithm as a convolution of igemm: a 1x1 kernel over all tiles, each point a group.
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

/// Both transformed tensors of one dispatch, together: what should stay in a GPU's last cache between the three
/// dispatches (the H200 has 60 MB), and still fill it with workgroups.
constexpr int64_t kTransformedBytes = int64_t{48} << 20;

WinogradSizes winograd_sizes(const Shape& shape, const Limits& limits, int m, const Tile& tile) {
  WinogradSizes s{int64_t{m + 2} * (m + 2), divided_up(shape.out_h, m), divided_up(shape.out_w, m), 0};
  const auto tiles = s.tiles_y * s.tiles_x;
  const auto image_bytes = s.points * tiles * 4;
  const auto larger = image_bytes * std::max(shape.in_channels, shape.out_channels);
  const auto both = image_bytes * (shape.in_channels + shape.out_channels);
  const auto row_tiles = divided_up(shape.group_outputs(), tile.rows);
  const auto fits_grid = limits.groups[0] / row_tiles * tile.columns / tiles;
  cvg::refuse_unless(larger <= limits.range_bytes && fits_grid >= 1 && s.points * shape.groups <= limits.groups[2],
                     CVG_REASON_SIZE,
                     "one image's transformed tensor has " + std::to_string(larger) +
                         " bytes, or its products more workgroups than this device takes");
  s.images =
      std::clamp<int64_t>(kTransformedBytes / both, 1,
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
  auto in = transform(small ? Shader::winograd_input_2 : Shader::winograd_input_4, shape.in_channels);
  in.windows = {part.src, {}, {}, {Place::transformed, 0}};
  const auto products = products_of(shape, sizes.points, tiles);
  auto multiply = gemm_step(products, program.tile, products.group_inputs() % Tile::kDepth == 0, false);
  multiply.windows = {
      Window{Place::transformed, 0}, {Place::packed, 0}, {Place::packed, program.bias_offset}, {Place::products, 0}};
  multiply.push = {1, 0, 0};
  multiply.groups = gemm_groups(products, program.tile, tiles);
  multiply.after_previous = true;
  auto out = transform(small ? Shader::winograd_output_2 : Shader::winograd_output_4, shape.out_channels);
  out.windows = {Window{Place::products, 0}, {}, {Place::packed, program.bias_offset}, part.dst};
  for (const auto& step : {in, multiply, out}) program.steps.push_back(step);
}

Program build_winograd(const Candidate& candidate, const Shape& shape, const Limits& limits) {
  Program program;
  program.packing = Packing::winograd;
  program.tile = candidate.tile;
  program.winograd_tile = candidate.winograd_tile;
  const auto sizes = winograd_sizes(shape, limits, candidate.winograd_tile, candidate.tile);
  place_weights(program, sizes.points * packed_rows_bytes(shape, candidate.tile, shape.group_inputs(), 4), shape,
                limits);
  const auto image_bytes = sizes.points * sizes.tiles_y * sizes.tiles_x * 4;
  const auto images = std::min(sizes.images, std::max<int64_t>(1, shape.batch));
  program.transformed_bytes = images * image_bytes * shape.in_channels;
  program.products_bytes = images * image_bytes * shape.out_channels;
  for (const auto& part : parts_of(shape, limits, sizes.images)) add_winograd_part(program, shape, limits, part, sizes);
  return program;
}

}  // namespace

Shape::Shape(const cvg_spec& spec)
    : batch(spec.batch),
      in_channels(spec.in_channels),
      out_channels(spec.out_channels),
      groups(spec.groups),
      h(tamed(spec.h)),
      w(tamed(spec.w)),
      out_h(cvg::output(spec.h)),
      out_w(cvg::output(spec.w)),
      padding_mode(spec.padding_mode),
      channels_last(spec.layout == CVG_NHWC),
      bias(spec.bias != 0),
      storage(storage_of(spec.src_type)) {
  refuse_what_32_bits_cannot(spec);
}

Program build(const Candidate& candidate, const Shape& shape, const Limits& limits) {
  switch (candidate.kind) {
    case Kind::direct:
      return build_direct(shape, limits);
    case Kind::igemm:
      return build_igemm(candidate, shape, limits);
    case Kind::depthwise:
      return build_depthwise(candidate, shape, limits);
    case Kind::depthwise_large:
      return build_depthwise_large(candidate, shape, limits);
    case Kind::winograd:
      return build_winograd(candidate, shape, limits);
  }
  throw std::logic_error("a kind of kernel without a program");
}

}  // namespace convgauge::backends::vulkan
