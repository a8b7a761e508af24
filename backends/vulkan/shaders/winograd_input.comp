// winograd_input: B^T d B of every tile and input channel.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "storage.glsl"
#include "problem.glsl"
#include "winograd.glsl"

layout(set = 0, binding = 0) readonly buffer Src { ELEMENT src[]; };
layout(set = 0, binding = 3) writeonly buffer Transformed { float transformed[]; };

void main() {
  const uint per_image = kTilesY * kTilesX, tiles = part.images * per_image;
  const uint index = flat_workgroup() * kThreads + gl_LocalInvocationID.x;
  if (index >= tiles * kInChannels) return;
  const uint channel = kChannelsLast != 0 ? index % kInChannels : index / tiles;
  const uint tile = kChannelsLast != 0 ? index / kInChannels : index % tiles;
  const uint place = tile % per_image;
  const uint y = place / kTilesX * TILE, x = place % kTilesX * TILE;
  const uint from = part.src_base + tile / per_image * kSrcImage + channel * kSrcChannel;
  float d[SPAN][SPAN];
  [[unroll]] for (uint i = 0; i < SPAN; ++i) {
    // Positions beyond the last output's taps count as zero: they may lie so far outside that the
    // padding mode does not map them into the source.
    const int row = y + i < kOutHeight + 2 ? shown_row(int(y + i) - int(kPadTop)) : -1;
    [[unroll]] for (uint j = 0; j < SPAN; ++j) {
      const int column = x + j < kOutWidth + 2 ? shown_column(int(x + j) - int(kPadLeft)) : -1;
      d[i][j] = row >= 0 && column >= 0
                    ? LOAD(src[from + uint(row) * kSrcRow + uint(column) * kSrcColumn])
                    : 0.0;
    }
    transform_input(d[i]);
  }
  const uint to = first_point(kInChannels, tiles, channel, tile),
             step = point_step(kInChannels, tiles);
  [[unroll]] for (uint j = 0; j < SPAN; ++j) {
    float column[SPAN];
    [[unroll]] for (uint i = 0; i < SPAN; ++i) column[i] = d[i][j];
    transform_input(column);
    [[unroll]] for (uint i = 0; i < SPAN; ++i) transformed[to + (i * SPAN + j) * step] = column[i];
  }
}
