// depthwise: each group has one input channel. An invocation computes kBlock outputs one below
// another, so that adjacent invocations of a subgroup read adjacent memory (columns, or with
// channels last, channels), and a source row is read once for all outputs that use it. Weights:
// [tap][out channel].
#version 450
#extension GL_GOOGLE_include_directive : require
#include "storage.glsl"
#include "problem.glsl"

layout(constant_id = 20) const uint kBlock = 4;

layout(set = 0, binding = 0) readonly buffer Src { ELEMENT src[]; };
layout(set = 0, binding = 1) readonly buffer Weights { ELEMENT weights[]; };
layout(set = 0, binding = 2) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3) writeonly buffer Dst { ELEMENT dst[]; };

const uint kBlocks = (kOutHeight + kBlock - 1) / kBlock;
// Source rows of a block.
const uint kSpan = (kBlock - 1) * kStrideH + (kKernelH - 1) * kDilationH + 1;
// A 5x5 kernel, 4 outputs: 100 products; more would not fit the instruction cache.
const uint kUnrolledTaps = 25;

float sums[kBlock];

// Adds the products of source row `i` of the block to all outputs that use the row.
void add_row(uint i, int top, int left, uint channel, uint o) {
  const int row = shown_row(top + int(i));
  if (row < 0) return;
  const uint from = channel + uint(row) * kSrcRow;
  [[unroll]] for (uint s = 0; s < kKernelW; ++s) {
    const int column = shown_column(left + int(s * kDilationW));
    if (column < 0) continue;
    const float pixel = LOAD(src[from + uint(column) * kSrcColumn]);
    [[unroll]] for (uint b = 0; b < kBlock; ++b) {
      const int down = int(i) - int(b * kStrideH);
      if (down < 0 || uint(down) % kDilationH != 0 || uint(down) / kDilationH >= kKernelH) continue;
      const uint tap = uint(down) / kDilationH * kKernelW + s;
      sums[b] = multiply_add(pixel, LOAD(weights[tap * kOutChannels + o]), sums[b]);
    }
  }
}

void main() {
  const uint per_image = kBlocks * kOutWidth * kOutChannels;
  const uint index = flat_workgroup() * kThreads + gl_LocalInvocationID.x;
  if (index >= part.images * per_image) return;
  const uint image = index / per_image, inside = index % per_image;
  const uint o = kChannelsLast != 0 ? inside % kOutChannels : inside / (kBlocks * kOutWidth);
  const uint place = kChannelsLast != 0 ? inside / kOutChannels : inside % (kBlocks * kOutWidth);
  const uint x = place % kOutWidth, y = place / kOutWidth * kBlock;
  const int top = int(y * kStrideH) - int(kPadTop), left = int(x * kStrideW) - int(kPadLeft);
  const uint channel = part.src_base + image * kSrcImage + o / kGroupOutputs * kSrcChannel;
  [[unroll]] for (uint b = 0; b < kBlock; ++b) sums[b] = bias[o];
  if (kKernelH * kKernelW <= kUnrolledTaps) {
    [[unroll]] for (uint i = 0; i < kSpan; ++i) add_row(i, top, left, channel, o);
  } else {
    [[dont_unroll]] for (uint i = 0; i < kSpan; ++i) add_row(i, top, left, channel, o);
  }
  const uint to = part.dst_base + image * kDstImage + o * kDstChannel + x * kDstPixel;
  [[unroll]] for (uint b = 0; b < kBlock; ++b)
    if (y + b < kOutHeight) dst[to + (y + b) * kOutWidth * kDstPixel] = STORED(sums[b]);
}
