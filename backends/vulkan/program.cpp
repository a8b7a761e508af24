#include "program.hpp"

#include <algorithm>
#include <string>

#include "steps.hpp"

namespace convgauge::backends::vulkan {
namespace {

using std::int64_t;

/// Adds the steps of a kernel whose workgroups are numbered in one dimension: direct, depthwise,
/// depthwise_large.
void add_flat(Program& program, Step step, const Shape& shape, const Limits& limits,
              int64_t workgroups_per_image) {
  // The number of workgroups of an image is rounded up; those beyond the last output do nothing.
  const auto most =
      std::max<int64_t>(1, std::min(images_within_range(shape, limits),
                                    limits.groups[0] * limits.groups[1] /
                                        std::max<int64_t>(1, workgroups_per_image) / 2));
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
  place_weights(program,
                shape.out_channels * shape.group_inputs() * shape.taps() * shape.element_bytes(),
                shape, limits);
  add_flat(program, step_of(Shader::direct, shape, kThreads), shape, limits,
           divided_up(shape.dst_image(), kThreads));
  return program;
}

Program build_depthwise(const Candidate& candidate, const Shape& shape, const Limits& limits) {
  constexpr int64_t kThreads = 128;
  Program program;
  program.packing = Packing::taps;
  place_weights(program, shape.out_channels * shape.taps() * shape.element_bytes(), shape, limits);
  auto step = step_of(Shader::depthwise, shape, kThreads);
  step.constants[kSpecial] = number(candidate.block);
  const auto invocations =
      divided_up(shape.out_h, candidate.block) * shape.out_w * shape.out_channels;
  add_flat(program, step, shape, limits, divided_up(invocations, kThreads));
  return program;
}

Program build_depthwise_large(const Candidate& candidate, const Shape& shape,
                              const Limits& limits) {
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

/// Adds the steps of a GEMM over the pixels of all images, with program.tile. The batch is cut into
/// parts that fit the grid and the windows.
void add_gemm(Program& program, Step step, const Shape& shape, const Limits& limits) {
  const auto row_tiles = divided_up(shape.group_outputs(), program.tile.rows);
  const auto most_columns = limits.groups[0] / row_tiles * program.tile.columns;
  cvg::refuse_unless(shape.pixels() <= most_columns && shape.groups <= limits.groups[2],
                     CVG_REASON_SIZE, "the grid of workgroups is beyond this device's limits");
  const auto most = std::min(images_within_range(shape, limits), most_columns / shape.pixels());
  for (const auto& part : parts_of(shape, limits, most)) {
    step.windows = {part.src, {Place::packed, 0}, {Place::packed, program.bias_offset}, part.dst};
    step.push = part.push;
    step.groups = gemm_groups(shape, program.tile, part.images * shape.pixels());
    program.steps.push_back(step);
  }
}

Program build_igemm(const Candidate& candidate, const Shape& shape, const Limits& limits) {
  Program program;
  program.packing = Packing::depth_rows;
  program.tile = candidate.tile;
  program.tap_outer = shape.group_inputs() % Tile::kDepth == 0;
  place_weights(program,
                packed_rows_bytes(shape, candidate.tile, shape.group_inputs() * shape.taps(),
                                  shape.element_bytes()),
                shape, limits);
  add_gemm(program, gemm_step(shape, candidate.tile, program.tap_outer, true), shape, limits);
  return program;
}

Program build_coopmat(const Candidate& candidate, const Shape& shape, const Limits& limits) {
  const auto& tile = candidate.tile;
  cvg::refuse_unless(shape.storage == Storage::f16 && shape.group_inputs() % kMatrixDepth == 0,
                     CVG_REASON_CHANNELS,
                     "cooperative matrices take f16 and a multiple of " +
                         std::to_string(kMatrixDepth) + " channels a group");
  Program program;
  program.packing = Packing::depth_rows;
  program.tile = tile;
  place_weights(
      program,
      packed_rows_bytes(shape, tile, shape.group_inputs() * shape.taps(), shape.element_bytes()),
      shape, limits);
  auto step = step_of(candidate.kind == Kind::coopmat ? Shader::coopmat : Shader::coopmat_emulated,
                      shape, subgroups(tile) * limits.subgroup);
  const int64_t own[] = {tile.rows,        tile.columns,        kMatrixDepth,
                         tile.thread_rows, tile.thread_columns, limits.subgroup};
  std::transform(std::begin(own), std::end(own), step.constants.begin() + kSpecial, number);
  add_gemm(program, step, shape, limits);
  return program;
}

}  // namespace

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
    case Kind::coopmat:
    case Kind::coopmat_emulated:
      return build_coopmat(candidate, shape, limits);
  }
  throw std::logic_error("a kind of kernel without a program");
}

}  // namespace convgauge::backends::vulkan
