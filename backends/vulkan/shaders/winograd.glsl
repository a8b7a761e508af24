// F(TILE, 3): the classical points 0, 1, -1 (and 2, -2 for TILE 4) and infinity; A. Lavin and S.
// Gray, "Fast algorithms for convolutional neural networks", 2016, equations 8 and 12. An
// invocation transforms one tile of one channel.
#define SPAN (TILE + 2)
#define POINTS (SPAN * SPAN)

layout(constant_id = 20) const uint kTilesY = 1;
layout(constant_id = 21) const uint kTilesX = 1;

// The transformed tensors are f32, [point][channel][tile], or [tile][point][channel] with channels
// last. For igemm they are the tensors of a 1x1 convolution with POINTS times as many channels and
// groups.
uint point_step(uint channels, uint tiles) {
  return kChannelsLast != 0 ? channels : channels * tiles;
}
uint first_point(uint channels, uint tiles, uint channel, uint tile) {
  return kChannelsLast != 0 ? tile * POINTS * channels + channel : channel * tiles + tile;
}

// B^T x, in place.
void transform_input(inout float x[SPAN]) {
#if TILE == 2
  const float a = x[0] - x[2], b = x[1] + x[2], c = x[2] - x[1], d = x[1] - x[3];
  x[0] = a, x[1] = b, x[2] = c, x[3] = d;
#else
  const float a = 4.0 * x[0] - 5.0 * x[2] + x[4], f = 4.0 * x[1] - 5.0 * x[3] + x[5];
  const float even = x[4] - 4.0 * x[2], odd = x[3] - 4.0 * x[1];
  const float even2 = x[4] - x[2], odd2 = 2.0 * (x[3] - x[1]);
  x[0] = a, x[1] = even + odd, x[2] = even - odd, x[3] = even2 + odd2, x[4] = even2 - odd2,
  x[5] = f;
#endif
}

// A^T x.
void transform_output(float x[SPAN], out float y[TILE]) {
#if TILE == 2
  y[0] = x[0] + x[1] + x[2];
  y[1] = x[1] - x[2] - x[3];
#else
  const float sum = x[1] + x[2], difference = x[1] - x[2], sum2 = x[3] + x[4],
              difference2 = x[3] - x[4];
  y[0] = x[0] + sum + sum2;
  y[1] = difference + 2.0 * difference2;
  y[2] = sum + 4.0 * sum2;
  y[3] = difference + 8.0 * difference2 + x[5];
#endif
}
