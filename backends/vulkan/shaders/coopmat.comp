// coopmat: the implicit GEMM of igemm.comp for f16 by cooperative matrices, sums in f32. A
// workgroup owns a kRows x kColumns tile, each of its subgroups kSubgroupRows x kSubgroupColumns of
// it, in matrices of 16x16x16: the one shape that is asked for. A step of depth lies inside one
// tap, for kDepth divides the channels of a group. Weights: [group][depth][row, padded].
//
// The glslc of Debian 12 does not know the extension: generated/ keeps the SPIR-V, README.md says
// how it was made. EMULATED replaces the matrices by loops over shared memory, any subgroup size:
// what runs is all but the extension's own instructions, where no device here has them.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_EXT_shader_16bit_storage : require
#extension GL_KHR_shader_subgroup_basic : require
#ifndef EMULATED
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_cooperative_matrix : require
#endif
#ifndef STORAGE
#define STORAGE 16
#endif
#include "storage.glsl"
#include "problem.glsl"

layout(constant_id = 20) const uint kRows = 128;
layout(constant_id = 21) const uint kColumns = 128;
layout(constant_id = 22) const uint kDepth = 32;
layout(constant_id = 23) const uint kSubgroupRows = 64;
layout(constant_id = 24) const uint kSubgroupColumns = 32;
layout(constant_id = 25) const uint kSubgroupSize = 32;

layout(set = 0, binding = 0) readonly buffer Src { float16_t src[]; };
layout(set = 0, binding = 0) readonly buffer Src4 { f16vec4 src4[]; };
layout(set = 0, binding = 1) readonly buffer Weights { f16vec4 weights[]; };
layout(set = 0, binding = 2) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3) writeonly buffer Dst { uint16_t dst[]; };

const uint kSize = 16;  // of a matrix, in every direction
const uint kTaps = kKernelH * kKernelW;
const uint kSteps = kGroupInputs * kTaps / kDepth;
const uint kRowTiles = (kGroupOutputs + kRows - 1) / kRows;
const uint kPaddedRows4 = kRowTiles * (kRows / 4);

// 16 bytes more than the tile: the eight rows that a matrix load reads together meet different
// banks.
const uint kRowsPitch = kRows + 8;
// Channels first: [depth][column]; channels last: [column][depth], as the source has them.
const uint kColumnsPitch = kChannelsLast != 0 ? kDepth + 8 : kColumns + 8;
shared float16_t shared_rows[kDepth * kRowsPitch];
shared float16_t
    shared_columns[kChannelsLast != 0 ? kColumns * kColumnsPitch : kDepth * kColumnsPitch];
const uint kSubgroups = kThreads / kSubgroupSize;
shared float shared_result[kSubgroups * kSize * kSize];  // a matrix of each subgroup on its way out

const uint kAcross = kColumns / kSubgroupColumns;  // subgroups beside one another
const uint kMatrixRows = kSubgroupRows / kSize, kMatrixColumns = kSubgroupColumns / kSize;

// Fetching: channels first, neighbours take neighbouring columns; channels last, four channels of a
// column.
const uint kQuads = kDepth / 4;
const uint kRowLoads = (kRows * kDepth / 4 + kThreads - 1) / kThreads;
const uint kColumnLoads = (kColumns * kDepth / 4 + kThreads - 1) / kThreads;
const uint kOwnColumns = kChannelsLast != 0 ? kColumnLoads : (kColumns + kThreads - 1) / kThreads;
const uint kLanesDeep = kThreads > kColumns ? kThreads / kColumns : 1;

f16vec4 fetched_rows[kRowLoads];
f16vec4 fetched_columns[kColumnLoads];

struct Column {
  uint image;
  int top, left;
};
Column columns[kOwnColumns];

Column locate(uint pixel) {
  // A column beyond the last is computed and dropped.
  const uint p = min(pixel, part.images * kPixels - 1);
  const uint inside = p % kPixels;
  return Column(part.src_base + p / kPixels * kSrcImage,
                int(inside / kOutWidth * kStrideH) - int(kPadTop),
                int(inside % kOutWidth * kStrideW) - int(kPadLeft));
}

uint address(Column column, uint r, uint s, out bool there) {
  const int row = shown_row(column.top + int(r * kDilationH));
  const int at = shown_column(column.left + int(s * kDilationW));
  there = row >= 0 && at >= 0;
  return there ? column.image + uint(row) * kSrcRow + uint(at) * kSrcColumn : 0u;
}

// Channels first: of the i-th four elements that this thread fetches, which of its columns, and the
// depth of the j-th.
const uint kFoursOfColumn = kDepth / kLanesDeep / 4;
uint planar_depth(uint i, uint j) {
  return (kThreads > kColumns ? gl_LocalInvocationID.x / kColumns : 0) +
         (i % kFoursOfColumn * 4 + j) * kLanesDeep;
}

void fetch(uint step, uint group, uint row_tile) {
  const uint id = gl_LocalInvocationID.x;
  [[unroll]] for (uint i = 0; i < kRowLoads; ++i) {
    const uint depth = (id + i * kThreads) / (kRows / 4), row4 = (id + i * kThreads) % (kRows / 4);
    if (depth < kDepth)
      fetched_rows[i] = weights[((group * kSteps + step) * kDepth + depth) * kPaddedRows4 +
                                row_tile * (kRows / 4) + row4];
  }
  const uint per_tap = kGroupInputs / kDepth, tap = step / per_tap;
  const uint first = group * kGroupInputs + step % per_tap * kDepth;
  bool there;
  [[unroll]] for (uint i = 0; i < kColumnLoads; ++i) {
    const uint own = kChannelsLast != 0 ? i : i / kFoursOfColumn;
    uint from = address(columns[own], tap / kKernelW, tap % kKernelW, there);
    f16vec4 four = f16vec4(0.0);
    if (there && kChannelsLast != 0) {
      four = src4[(from + first + id % kQuads * 4) / 4];
    } else if (there) {
      [[unroll]] for (uint j = 0; j < 4; ++j)
        four[j] = src[from + (first + planar_depth(i, j)) * kSrcChannel];
    }
    fetched_columns[i] = four;
  }
}

void store() {
  const uint id = gl_LocalInvocationID.x;
  [[unroll]] for (uint i = 0; i < kRowLoads; ++i) {
    const uint depth = (id + i * kThreads) / (kRows / 4), row4 = (id + i * kThreads) % (kRows / 4);
    if (depth < kDepth)
      [[unroll]] for (uint j = 0; j < 4; ++j)
        shared_rows[depth * kRowsPitch + row4 * 4 + j] = fetched_rows[i][j];
  }
  [[unroll]] for (uint i = 0; i < kColumnLoads; ++i)
    [[unroll]] for (uint j = 0; j < 4; ++j) {
      if (kChannelsLast != 0)
        shared_columns[(id + i * kThreads) / kQuads * kColumnsPitch + id % kQuads * 4 + j] =
            fetched_columns[i][j];
      else
        shared_columns[planar_depth(i, j) * kColumnsPitch + id % kColumns +
                       i / kFoursOfColumn * kThreads] = fetched_columns[i][j];
    }
}

#ifdef EMULATED
#define UNROLL [[dont_unroll]]  // nothing is held in registers: spare the driver's compiler
const uint kOwn = kSize * kSize / kSubgroupSize;  // elements of a matrix that an invocation holds
float sums[kMatrixRows * kMatrixColumns * kOwn];
void clear_sums() {
  UNROLL for (uint i = 0; i < kMatrixRows * kMatrixColumns * kOwn; ++i) sums[i] = 0.0;
}
float column_element(uint depth, uint column) {
  return float(shared_columns[kChannelsLast != 0 ? column * kColumnsPitch + depth
                                                 : depth * kColumnsPitch + column]);
}
void multiply(uint first_row, uint first_column) {
  UNROLL for (uint m = 0; m < kMatrixRows * kMatrixColumns; ++m)
    UNROLL for (uint e = 0; e < kOwn; ++e) {
      const uint element = gl_SubgroupInvocationID + e * kSubgroupSize;
      const uint row = first_row + m / kMatrixColumns * kSize + element / kSize;
      const uint column = first_column + m % kMatrixColumns * kSize + element % kSize;
      UNROLL for (uint d = 0; d < kDepth; ++d)
        sums[m * kOwn + e] = fma(float(shared_rows[d * kRowsPitch + row]),
                                 column_element(d, column), sums[m * kOwn + e]);
    }
}
void put_result(uint m) {
  UNROLL for (uint e = 0; e < kOwn; ++e) {
    const uint element = gl_SubgroupInvocationID + e * kSubgroupSize;
    const uint row = element / kSize, column = element % kSize;
    shared_result[gl_SubgroupID * kSize * kSize +
                  (kChannelsLast != 0 ? column * kSize + row : element)] = sums[m * kOwn + e];
  }
}
#else
#define UNROLL [[unroll]]  // matrices are registers, and have no run-time index
coopmat<float, gl_ScopeSubgroup, kSize, kSize, gl_MatrixUseAccumulator>
    sums[kMatrixRows * kMatrixColumns];
void clear_sums() {
  [[unroll]] for (uint i = 0; i < kMatrixRows * kMatrixColumns; ++i)
    sums[i] = coopmat<float, gl_ScopeSubgroup, kSize, kSize, gl_MatrixUseAccumulator>(0.0);
}
void multiply(uint first_row, uint first_column) {
  [[unroll]] for (uint d = 0; d < kDepth; d += kSize) {
    coopmat<float16_t, gl_ScopeSubgroup, kSize, kSize, gl_MatrixUseA> rows[kMatrixRows];
    [[unroll]] for (uint i = 0; i < kMatrixRows; ++i)
      coopMatLoad(rows[i], shared_rows, d * kRowsPitch + first_row + i * kSize, kRowsPitch,
                  gl_CooperativeMatrixLayoutColumnMajor);
    [[unroll]] for (uint j = 0; j < kMatrixColumns; ++j) {
      coopmat<float16_t, gl_ScopeSubgroup, kSize, kSize, gl_MatrixUseB> column;
      if (kChannelsLast != 0)
        coopMatLoad(column, shared_columns, (first_column + j * kSize) * kColumnsPitch + d,
                    kColumnsPitch, gl_CooperativeMatrixLayoutColumnMajor);
      else
        coopMatLoad(column, shared_columns, d * kColumnsPitch + first_column + j * kSize,
                    kColumnsPitch, gl_CooperativeMatrixLayoutRowMajor);
      [[unroll]] for (uint i = 0; i < kMatrixRows; ++i)
        sums[i * kMatrixColumns + j] = coopMatMulAdd(rows[i], column, sums[i * kMatrixColumns + j]);
    }
  }
}
void put_result(uint m) {
  const uint to = gl_SubgroupID * kSize * kSize;
  if (kChannelsLast != 0)
    coopMatStore(sums[m], shared_result, to, kSize, gl_CooperativeMatrixLayoutColumnMajor);
  else
    coopMatStore(sums[m], shared_result, to, kSize, gl_CooperativeMatrixLayoutRowMajor);
}
#endif

// Element `e` of the subgroup's matrix in shared_result: neighbours write neighbours of the
// destination.
void write_element(uint e, uint group, uint first_row, uint first_column) {
  const uint row = first_row + (kChannelsLast != 0 ? e % kSize : e / kSize);
  const uint p = first_column + (kChannelsLast != 0 ? e / kSize : e % kSize);
  if (row >= kGroupOutputs || p >= part.images * kPixels) return;
  const uint o = group * kGroupOutputs + row;
  const float sum = shared_result[gl_SubgroupID * kSize * kSize + e] + bias[o];
  dst[part.dst_base + p / kPixels * kDstImage + p % kPixels * kDstPixel + o * kDstChannel] =
      STORED(sum);
}

void main() {
  const uint row_tile = gl_WorkGroupID.x % kRowTiles, group = gl_WorkGroupID.z,
             id = gl_LocalInvocationID.x;
  const uint tile_column = gl_WorkGroupID.x / kRowTiles * kColumns;
  const uint first_row = gl_SubgroupID / kAcross * kSubgroupRows,
             first_column = gl_SubgroupID % kAcross * kSubgroupColumns;
  [[unroll]] for (uint i = 0; i < kOwnColumns; ++i)
    columns[i] = locate(tile_column + (kChannelsLast != 0 ? (id + i * kThreads) / kQuads
                                                          : id % kColumns + i * kThreads));
  clear_sums();
  fetch(0, group, row_tile);
  for (uint step = 0; step < kSteps; ++step) {
    store();
    barrier();
    if (step + 1 < kSteps) fetch(step + 1, group, row_tile);
    multiply(first_row, first_column);
    barrier();
  }
  UNROLL for (uint m = 0; m < kMatrixRows * kMatrixColumns; ++m) {
    put_result(m);
    barrier();
    [[dont_unroll]] for (uint e = 0; e < kSize * kSize / kSubgroupSize; ++e)
      write_element(gl_SubgroupInvocationID + e * kSubgroupSize, group,
                    row_tile * kRows + first_row + m / kMatrixColumns * kSize,
                    tile_column + first_column + m % kMatrixColumns * kSize);
    barrier();
  }
}
