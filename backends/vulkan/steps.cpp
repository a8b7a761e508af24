#include "steps.hpp"

#include <algorithm>
#include <string>

namespace convgauge::backends::vulkan {

using std::int64_t;

std::uint32_t number(int64_t value) {
  return static_cast<std::uint32_t>(value);
}

namespace {

Window window_at(Place place, int64_t first_byte, const Limits& limits) {
  return {place, first_byte / limits.offset_alignment * limits.offset_alignment};
}

}  // namespace

std::vector<Part> parts_of(const Shape& shape, const Limits& limits, int64_t most_images) {
  std::vector<Part> parts;
  const auto bytes = shape.element_bytes();
  for (int64_t first = 0; first < shape.batch; first += most_images) {
    const auto src_byte = first * shape.src_image() * bytes,
               dst_byte = first * shape.dst_image() * bytes;
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

int64_t images_within_range(const Shape& shape, const Limits& limits) {
  const auto image = std::max(shape.src_image(), shape.dst_image()) * shape.element_bytes();
  const auto room = limits.range_bytes - limits.offset_alignment;
  cvg::refuse_unless(image <= room, CVG_REASON_SIZE,
                     "one image has " + std::to_string(image) +
                         " bytes, and this device's shaders see " + std::to_string(room) +
                         " of a buffer (maxStorageBufferRange less an alignment)");
  return std::max<int64_t>(1, room / std::max<int64_t>(1, image));
}

Step step_of(Shader shader, const Shape& s, int64_t threads) {
  Step step;
  step.shader = shader;
  step.storage = s.storage;
  const int64_t values[] = {threads,        s.in_channels,  s.h.input,
                            s.w.input,      s.out_channels, s.out_h,
                            s.out_w,        s.groups,       s.h.kernel,
                            s.w.kernel,     s.h.stride,     s.w.stride,
                            s.h.dilation,   s.w.dilation,   s.h.pad_before,
                            s.w.pad_before, s.padding_mode, s.channels_last ? 1 : 0};
  std::transform(std::begin(values), std::end(values), step.constants.begin(), number);
  return step;
}

std::array<std::uint32_t, 3> folded(int64_t groups, const Limits& limits) {
  const auto x = std::min(groups, limits.groups[0]),
             y = divided_up(groups, std::max<int64_t>(1, x));
  cvg::refuse_unless(y <= limits.groups[1], CVG_REASON_SIZE,
                     std::to_string(groups) + " workgroups are more than this device's grid holds");
  return {number(x), number(y), 1};
}

void place_weights(Program& program, int64_t bytes, const Shape& shape, const Limits& limits) {
  program.weight_bytes = bytes;
  program.bias_offset = rounded_up(bytes, limits.offset_alignment);
  program.packed_bytes = program.bias_offset + shape.out_channels * 4;
  cvg::refuse_unless(
      bytes <= limits.range_bytes && shape.out_channels * 4 <= limits.range_bytes, CVG_REASON_SIZE,
      "the packed weights have " + std::to_string(bytes) +
          " bytes, and this device's shaders see " + std::to_string(limits.range_bytes) +
          " of a buffer (maxStorageBufferRange)");
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
  return {number(divided_up(shape.group_outputs(), tile.rows) * divided_up(columns, tile.columns)),
          1, number(shape.groups)};
}

int64_t packed_rows_bytes(const Shape& shape, const Tile& tile, int64_t depth,
                          int64_t element_bytes) {
  return shape.groups * rounded_up(depth, Tile::kDepth) *
         rounded_up(shape.group_outputs(), tile.rows) * element_bytes;
}

}  // namespace convgauge::backends::vulkan
