// igemm: an implicit GEMM. Rows are output channels of a group, columns are output pixels of all
// images, the depth is kernel taps times channels. A workgroup computes a tile of kRows x kColumns;
// the next step of depth is fetched into registers while the previous one is multiplied from shared
// memory.
//
// The depth is divided into steps of kDepth. Where kDepth divides the channels of a group
// (kTapOuter), a step lies inside one tap, and each pixel's address is computed once in a step;
// else (few channels) tap and address are computed for each element. Weights: [group][depth,
// padded][row, padded]. A vec4 of weights is four rows.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "storage.glsl"
#include "problem.glsl"

layout(constant_id = 20) const uint kRows = 64;
layout(constant_id = 21) const uint kColumns = 64;
layout(constant_id = 22) const uint kDepth = 16;
layout(constant_id = 23) const uint kThreadRows = 4;
layout(constant_id = 24) const uint kThreadColumns = 4;
layout(constant_id = 25) const uint kTapOuter = 0;
layout(constant_id = 26) const uint kVectorLoads = 0;  // channels last: loads four channels at once
layout(constant_id = 27) const uint kAddBias = 1;

layout(set = 0, binding = 0) readonly buffer Src { ELEMENT src[]; };
layout(set = 0, binding = 0) readonly buffer Src4 { ELEMENT4 src4[]; };
layout(set = 0, binding = 1) readonly buffer Weights { ELEMENT4 weights[]; };
layout(set = 0, binding = 2) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3) writeonly buffer Dst { ELEMENT dst[]; };

const uint kTaps = kKernelH * kKernelW;
const uint kSteps = (kGroupInputs * kTaps + kDepth - 1) / kDepth;
const uint kRowTiles = (kGroupOutputs + kRows - 1) / kRows;
const uint kPaddedRows4 = kRowTiles * (kRows / 4);

// Each row has one vec4 of padding: with channels last, the transposing stores then have two lanes
// in a bank instead of eight.
const uint kRowsPitch = kRows / 4 + 1;
const uint kColumnsPitch = kColumns / 4 + 1;
shared vec4 shared_rows[kDepth * kRowsPitch];
shared vec4 shared_columns[kDepth * kColumnsPitch];

const uint kRowLoads = (kRows * kDepth / 4 + kThreads - 1) / kThreads;
const uint kColumnLoads = kColumns * kDepth / 4 / kThreads;  // of four elements
const uint kRowStep = kRows / kThreadRows;                   // threads one below another
const uint kColumnStep = kColumns / kThreadColumns;
const uint kRowParts = kThreadRows / 4, kColumnParts = kThreadColumns / 4;
const uint kQuads = kDepth / 4;  // groups of four channels in a step
// Channels first: the threads that fetch the same column.
const uint kLanesDeep = kThreads / kColumns;

vec4 fetched_rows[kRowLoads];
vec4 fetched_columns[kColumnLoads];

// A column that this thread fetches: where its image begins, and the top left corner of its window
// in the source.
struct Column {
  uint image;
  int top, left;
};
Column columns[kColumnLoads];

Column locate(uint pixel) {
  const uint last = part.images * kPixels - 1;
  const uint p = min(pixel, last);  // a column beyond the last is computed and dropped
  const uint inside = p % kPixels;
  return Column(part.src_base + p / kPixels * kSrcImage,
                int(inside / kOutWidth * kStrideH) - int(kPadTop),
                int(inside % kOutWidth * kStrideW) - int(kPadLeft));
}

// The address of tap (r, s) of a column; `there` is false where it is a zero of the padding.
uint address(Column column, uint r, uint s, out bool there) {
  const int row = shown_row(column.top + int(r * kDilationH));
  const int at = shown_column(column.left + int(s * kDilationW));
  there = row >= 0 && at >= 0;
  return there ? column.image + uint(row) * kSrcRow + uint(at) * kSrcColumn : 0u;
}

void fetch_rows(uint step, uint group, uint row_tile) {
  [[unroll]] for (uint i = 0; i < kRowLoads; ++i) {
    const uint index = gl_LocalInvocationID.x + i * kThreads;
    const uint depth = index / (kRows / 4), row4 = index % (kRows / 4);
    if (depth < kDepth)
      fetched_rows[i] =
          LOAD4(weights[(group * kSteps * kDepth + step * kDepth + depth) * kPaddedRows4 +
                        row_tile * (kRows / 4) + row4]);
  }
}

// kTapOuter: fetches a step, which lies inside one tap, in groups of four channels of a column.
void fetch_tap(uint step, uint group) {
  const uint per_tap = kGroupInputs / kDepth;
  const uint tap = step / per_tap, first = group * kGroupInputs + step % per_tap * kDepth;
  const uint r = tap / kKernelW, s = tap % kKernelW;
  bool there;
  uint from = 0;
  if (kChannelsLast == 0) from = address(columns[0], r, s, there);
  [[unroll]] for (uint i = 0; i < kColumnLoads; ++i) {
    vec4 four = vec4(0.0);
    if (kChannelsLast != 0) {
      const uint channel = first + gl_LocalInvocationID.x % kQuads * 4;
      from = address(columns[i], r, s, there) + channel;
      if (there && kVectorLoads != 0) {
        four = LOAD4(src4[from / 4]);
      } else if (there) {
        [[unroll]] for (uint j = 0; j < 4; ++j) four[j] = LOAD(src[from + j]);
      }
    } else if (there) {
      [[unroll]] for (uint j = 0; j < 4; ++j) {
        const uint channel = first + gl_LocalInvocationID.x / kColumns + (i * 4 + j) * kLanesDeep;
        four[j] = LOAD(src[from + channel * kSrcChannel]);
      }
    }
    fetched_columns[i] = four;
  }
}

// Few channels: one element, with its own tap. It is zero beyond the depth of the problem.
float element(Column column, uint group, uint depth) {
  if (depth >= kGroupInputs * kTaps) return 0.0;
  const uint channel = depth / kTaps, tap = depth % kTaps;
  bool there;
  const uint from = address(column, tap / kKernelW, tap % kKernelW, there);
  return there ? LOAD(src[from + (group * kGroupInputs + channel) * kSrcChannel]) : 0.0;
}

void fetch_elements(uint step, uint group) {
  [[unroll]] for (uint i = 0; i < kColumnLoads; ++i)
    [[unroll]] for (uint j = 0; j < 4; ++j) {
      const uint depth = kChannelsLast != 0
                             ? gl_LocalInvocationID.x % kQuads * 4 + j
                             : gl_LocalInvocationID.x / kColumns + (i * 4 + j) * kLanesDeep;
      fetched_columns[i][j] =
          element(columns[kChannelsLast != 0 ? i : 0], group, step * kDepth + depth);
    }
}

void fetch(uint step, uint group, uint row_tile) {
  fetch_rows(step, group, row_tile);
  if (kTapOuter != 0)
    fetch_tap(step, group);
  else
    fetch_elements(step, group);
}

void store() {
  const uint id = gl_LocalInvocationID.x;
  [[unroll]] for (uint i = 0; i < kRowLoads; ++i) {
    const uint index = id + i * kThreads;
    const uint depth = index / (kRows / 4), row4 = index % (kRows / 4);
    if (depth < kDepth) shared_rows[depth * kRowsPitch + row4] = fetched_rows[i];
  }
  [[unroll]] for (uint i = 0; i < kColumnLoads; ++i)
    [[unroll]] for (uint j = 0; j < 4; ++j) {
      const uint column = kChannelsLast != 0 ? (id + i * kThreads) / kQuads : id % kColumns;
      const uint depth =
          kChannelsLast != 0 ? id % kQuads * 4 + j : id / kColumns + (i * 4 + j) * kLanesDeep;
      shared_columns[depth * kColumnsPitch + column / 4][column % 4] = fetched_columns[i][j];
    }
}

vec4 sums[kThreadRows * kColumnParts];

void multiply(uint thread_row, uint thread_column) {
  [[unroll]] for (uint d = 0; d < kDepth; ++d) {
    vec4 rows[kRowParts], cols[kColumnParts];
    [[unroll]] for (uint i = 0; i < kRowParts; ++i)
      rows[i] = shared_rows[d * kRowsPitch + thread_row + i * kRowStep];
    [[unroll]] for (uint j = 0; j < kColumnParts; ++j)
      cols[j] = shared_columns[d * kColumnsPitch + thread_column + j * kColumnStep];
    [[unroll]] for (uint i = 0; i < kThreadRows; ++i)
      [[unroll]] for (uint j = 0; j < kColumnParts; ++j)
        sums[i * kColumnParts + j] =
            fma(vec4(rows[i / 4][i % 4]), cols[j], sums[i * kColumnParts + j]);
  }
}

void write(uint group, uint first_row, uint first_column, uint thread_row, uint thread_column) {
  [[unroll]] for (uint j = 0; j < kThreadColumns; ++j) {
    const uint p = first_column + (thread_column + j / 4 * kColumnStep) * 4 + j % 4;
    if (p >= part.images * kPixels) continue;
    const uint to = part.dst_base + p / kPixels * kDstImage + p % kPixels * kDstPixel;
    [[unroll]] for (uint i = 0; i < kThreadRows; ++i) {
      const uint row = first_row + (thread_row + i / 4 * kRowStep) * 4 + i % 4;
      if (row >= kGroupOutputs) continue;
      const uint o = group * kGroupOutputs + row;
      dst[to + o * kDstChannel] =
          STORED(sums[i * kColumnParts + j / 4][j % 4] + (kAddBias != 0 ? bias[o] : 0.0));
    }
  }
}

void main() {
  // Row tiles are numbered first, so that workgroups that read the same pixels run at the same
  // time.
  const uint row_tile = gl_WorkGroupID.x % kRowTiles, group = gl_WorkGroupID.z;
  const uint first_column = gl_WorkGroupID.x / kRowTiles * kColumns;
  const uint id = gl_LocalInvocationID.x, thread_row = id / kColumnStep,
             thread_column = id % kColumnStep;
  if (kChannelsLast != 0) {
    [[unroll]] for (uint i = 0; i < kColumnLoads; ++i)
      columns[i] = locate(first_column + (id + i * kThreads) / kQuads);
  } else {
    columns[0] = locate(first_column + id % kColumns);
  }
  [[unroll]] for (uint i = 0; i < kThreadRows * kColumnParts; ++i) sums[i] = vec4(0.0);
  fetch(0, group, row_tile);
  for (uint step = 0; step < kSteps; ++step) {
    store();
    barrier();
    if (step + 1 < kSteps) fetch(step + 1, group, row_tile);
    multiply(thread_row, thread_column);
    barrier();
  }
  write(group, row_tile * kRows, first_column, thread_row, thread_column);
}
