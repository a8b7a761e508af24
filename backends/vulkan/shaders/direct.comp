// direct: each invocation computes one output, in the order of the destination's memory. It takes
// any parameters and sizes, also those that no other kernel takes.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "storage.glsl"
#include "problem.glsl"

layout(set = 0, binding = 0) readonly buffer Src { ELEMENT src[]; };
// (out, in / groups, height, width).
layout(set = 0, binding = 1) readonly buffer Weights { ELEMENT weights[]; };
layout(set = 0, binding = 2) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3) writeonly buffer Dst { ELEMENT dst[]; };

float tap_row(uint from_channel, int row, uint kernel_row, int left) {
  float sum = 0.0;
  for (uint s = 0; s < kKernelW; ++s) {
    const int column = shown_column(left + int(s * kDilationW));
    if (column < 0) continue;
    const uint from = from_channel + uint(row) * kSrcRow + uint(column) * kSrcColumn;
    sum = multiply_add(LOAD(src[from]), LOAD(weights[kernel_row + s]), sum);
  }
  return sum;
}

void main() {
  const uint index = flat_workgroup() * kThreads + gl_LocalInvocationID.x;
  if (index >= part.images * kDstImage) return;
  const uint image = index / kDstImage, inside = index % kDstImage;
  const uint o = inside / kDstChannel % kOutChannels, pixel = inside / kDstPixel % kPixels;
  const int top = int(pixel / kOutWidth * kStrideH) - int(kPadTop);
  const int left = int(pixel % kOutWidth * kStrideW) - int(kPadLeft);
  const uint first_channel = o / kGroupOutputs * kGroupInputs;
  float sum = bias[o];
  for (uint c = 0; c < kGroupInputs; ++c)
    for (uint r = 0; r < kKernelH; ++r) {
      const int row = shown_row(top + int(r * kDilationH));
      if (row < 0) continue;
      const uint channel = part.src_base + image * kSrcImage + (first_channel + c) * kSrcChannel;
      sum += tap_row(channel, row, ((o * kGroupInputs + c) * kKernelH + r) * kKernelW, left);
    }
  dst[part.dst_base + index] = STORED(sum);
}
