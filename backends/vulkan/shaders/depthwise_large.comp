// depthwise_large: a large kernel over one channel, with stride and dilation 1. A workgroup copies
// the source of a tile of kTileWidth x kTileHeight outputs and all taps to shared memory. An
// invocation computes eight consecutive outputs of a row, four taps at a time, from 11 pixels in
// registers: 15 reads of shared memory for 32 products. Weights: [tap][out channel].
#version 450
#extension GL_GOOGLE_include_directive : require
#include "storage.glsl"
#include "problem.glsl"

layout(constant_id = 20) const uint kTileHeight = 32;

layout(set = 0, binding = 0) readonly buffer Src { ELEMENT src[]; };
layout(set = 0, binding = 1) readonly buffer Weights { ELEMENT weights[]; };
layout(set = 0, binding = 2) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3) writeonly buffer Dst { ELEMENT dst[]; };

const uint kRun = 8;         // outputs of an invocation
const uint kTileWidth = 32;  // four invocations
const uint kAcross = kTileWidth / kRun;
const uint kTilesX = (kOutWidth + kTileWidth - 1) / kTileWidth;
const uint kTilesY = (kOutHeight + kTileHeight - 1) / kTileHeight;
const uint kRowsIn = kTileHeight + kKernelH - 1, kColumnsIn = kTileWidth + kKernelW - 1;
// 1 more than a multiple of 8, so that the eight rows and four runs of a subgroup read 32 different
// banks.
const uint kPitch = (kColumnsIn + 6) / 8 * 8 + 1;
const uint kAtOnce = 4;

shared float source[kRowsIn * kPitch];
shared float taps[kKernelH * kKernelW];

float sums[kRun];

void add_four_taps(uint from, uint tap) {
  float pixels[kRun + kAtOnce - 1];
  [[unroll]] for (uint j = 0; j < kRun + kAtOnce - 1; ++j) pixels[j] = source[from + j];
  [[unroll]] for (uint s = 0; s < kAtOnce; ++s) {
    const float weight = taps[tap + s];
    [[unroll]] for (uint j = 0; j < kRun; ++j) sums[j] = fma(pixels[j + s], weight, sums[j]);
  }
}

void add_tap(uint from, uint tap) {
  const float weight = taps[tap];
  [[unroll]] for (uint j = 0; j < kRun; ++j) sums[j] = fma(source[from + j], weight, sums[j]);
}

void stage(uint channel, uint o, uint x, uint y) {
  for (uint i = gl_LocalInvocationID.x; i < kRowsIn * kColumnsIn; i += kThreads) {
    const uint r = i / kColumnsIn, c = i % kColumnsIn;
    // Positions that only outputs beyond the edge would read count as zero: they may lie so far
    // outside that the padding mode does not map them into the source.
    const int row = y + r < kOutHeight + kKernelH - 1 ? shown_row(int(y + r) - int(kPadTop)) : -1;
    const int column =
        x + c < kOutWidth + kKernelW - 1 ? shown_column(int(x + c) - int(kPadLeft)) : -1;
    source[r * kPitch + c] =
        row >= 0 && column >= 0
            ? LOAD(src[channel + uint(row) * kSrcRow + uint(column) * kSrcColumn])
            : 0.0;
  }
  for (uint i = gl_LocalInvocationID.x; i < kKernelH * kKernelW; i += kThreads)
    taps[i] = LOAD(weights[i * kOutChannels + o]);
}

void main() {
  const uint tiles = kTilesX * kTilesY, group = flat_workgroup();
  const uint image = group / (tiles * kOutChannels), inside = group % (tiles * kOutChannels);
  if (image >= part.images) return;  // the same in the whole workgroup, so the barrier is safe
  const uint o = kChannelsLast != 0 ? inside % kOutChannels : inside / tiles;
  const uint tile = kChannelsLast != 0 ? inside / kOutChannels : inside % tiles;
  const uint x = tile % kTilesX * kTileWidth, y = tile / kTilesX * kTileHeight;
  stage(part.src_base + image * kSrcImage + o / kGroupOutputs * kSrcChannel, o, x, y);
  barrier();
  const uint run = gl_LocalInvocationID.x % kAcross * kRun, line = gl_LocalInvocationID.x / kAcross;
  [[unroll]] for (uint j = 0; j < kRun; ++j) sums[j] = bias[o];
  for (uint r = 0; r < kKernelH; ++r) {
    const uint from = (line + r) * kPitch + run;
    uint s = 0;
    for (; s + kAtOnce <= kKernelW; s += kAtOnce) add_four_taps(from + s, r * kKernelW + s);
    for (; s < kKernelW; ++s) add_tap(from + s, r * kKernelW + s);
  }
  if (y + line >= kOutHeight) return;
  const uint to = part.dst_base + image * kDstImage + o * kDstChannel +
                  ((y + line) * kOutWidth + x + run) * kDstPixel;
  [[unroll]] for (uint j = 0; j < kRun; ++j)
    if (x + run + j < kOutWidth) dst[to + j * kDstPixel] = STORED(sums[j]);
}
