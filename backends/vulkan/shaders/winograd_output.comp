// winograd_output: A^T m A of every tile and output channel, and the bias.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "storage.glsl"
#include "problem.glsl"
#include "winograd.glsl"

layout(set = 0, binding = 0) readonly buffer Products { float products[]; };
layout(set = 0, binding = 2) readonly buffer Bias { float bias[]; };
layout(set = 0, binding = 3) writeonly buffer Dst { ELEMENT dst[]; };

void main() {
  const uint per_image = kTilesY * kTilesX, tiles = part.images * per_image;
  const uint index = flat_workgroup() * kThreads + gl_LocalInvocationID.x;
  if (index >= tiles * kOutChannels) return;
  const uint channel = kChannelsLast != 0 ? index % kOutChannels : index / tiles;
  const uint tile = kChannelsLast != 0 ? index / kOutChannels : index % tiles;
  const uint from = first_point(kOutChannels, tiles, channel, tile),
             step = point_step(kOutChannels, tiles);
  float half_done[TILE][SPAN];
  [[unroll]] for (uint j = 0; j < SPAN; ++j) {
    float column[SPAN], short_column[TILE];
    [[unroll]] for (uint i = 0; i < SPAN; ++i) column[i] = products[from + (i * SPAN + j) * step];
    transform_output(column, short_column);
    [[unroll]] for (uint i = 0; i < TILE; ++i) half_done[i][j] = short_column[i];
  }
  const uint place = tile % per_image, y = place / kTilesX * TILE, x = place % kTilesX * TILE;
  const uint to = part.dst_base + tile / per_image * kDstImage + channel * kDstChannel;
  [[unroll]] for (uint i = 0; i < TILE; ++i) {
    float outputs[TILE];
    transform_output(half_done[i], outputs);
    if (y + i >= kOutHeight) continue;
    [[unroll]] for (uint j = 0; j < TILE; ++j)
      if (x + j < kOutWidth)
        dst[to + ((y + i) * kOutWidth + x + j) * kDstPixel] = STORED(outputs[j] + bias[channel]);
  }
}
