// One tile of samples: its transform by the kernels, and its spectrum by the definition.
#pragma once
#include <cmath>
#include <complex>
#include <numeric>
#include <random>
#include <vector>

#include "fft/kernels.hpp"

namespace convgauge::backends::fft {

/// h x w samples of W channels, [y][x][channel].
struct Tile {
  int h, w, width;
  std::vector<float> samples;
  std::vector<std::int32_t> rows, columns;

  Tile(int height, int columns_count, int vector_width, unsigned seed = 1)
      : h(height),
        w(columns_count),
        width(vector_width),
        samples(static_cast<std::size_t>(h * w * width)),
        rows(static_cast<std::size_t>(h)),
        columns(static_cast<std::size_t>(w)) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (auto& s : samples) s = normal(random);
    std::iota(rows.begin(), rows.end(), 0);
    std::iota(columns.begin(), columns.end(), 0);
  }

  float& at(int y, int x, int c) {
    return samples[static_cast<std::size_t>((y * w + x) * width + c)];
  }

  Channels channels() const {
    Channels c;
    c.lanes = width;
    c.whole_vectors = true;
    for (int l = 0; l < width; ++l) c.offset[l] = l;
    return c;
  }

  TileSource source() const {
    return {samples.data(), channels(), rows.data(), columns.data(), w * width, width, 0, w, 1};
  }

  std::vector<float> spectrum(const Kernels& kernels) const {
    std::vector<float> out(static_cast<std::size_t>(slot_count(h, w) * 2 * width));
    std::vector<float> scratch(static_cast<std::size_t>(scratch_floats(h, w, width)));
    kernels.forward(h, w, source(), scratch.data(), out.data(), 2 * width);
    return out;
  }
};

using Point = std::complex<long double>;

inline std::vector<Point> roots_of_unity(int n) {
  std::vector<Point> roots;
  for (int k = 0; k < n; ++k) roots.push_back(std::polar(1.0L, -2 * std::acos(-1.0L) * k / n));
  return roots;
}

/// X[ky][kx] of one channel for all ky and kx <= w / 2, by the sums of the definition, rows first.
inline std::vector<Point> direct_spectrum(Tile& tile, int channel) {
  const int h = tile.h, w = tile.w, half = w / 2 + 1;
  const auto along = roots_of_unity(w), across = roots_of_unity(h);
  std::vector<Point> lines(static_cast<std::size_t>(h * half)), out(lines.size());
  const auto at = [half](int y, int x) { return static_cast<std::size_t>(y * half + x); };
  for (int y = 0; y < h; ++y)
    for (int kx = 0; kx < half; ++kx)
      for (int x = 0; x < w; ++x)
        lines[at(y, kx)] += static_cast<long double>(tile.at(y, x, channel)) *
                            along[static_cast<std::size_t>(kx * x % w)];
  for (int ky = 0; ky < h; ++ky)
    for (int kx = 0; kx < half; ++kx)
      for (int y = 0; y < h; ++y)
        out[at(ky, kx)] += lines[at(y, kx)] * across[static_cast<std::size_t>(ky * y % h)];
  return out;
}

/// What slot s must hold, according to kernels.hpp: two real numbers, or twice a point.
inline Point wanted_slot(const std::vector<Point>& points, int h, int w, int s) {
  const int half = w / 2 + 1, kx = s / h, ky = s % h;
  const auto point = [&](int y, int x) { return points[static_cast<std::size_t>(y * half + x)]; };
  if (h == 1)
    return s == 0 ? Point(point(0, 0).real(), point(0, w / 2).real()) : 2.0L * point(0, s);
  if (kx > 0) return 2.0L * point(ky, kx);
  const int column = ky < h / 2 ? 0 : w / 2, y = ky % (h / 2);
  return y == 0 ? Point(point(0, column).real(), point(h / 2, column).real())
                : 2.0L * point(y, column);
}

/// |got - wanted| / |wanted| in L2 over all slots of one channel.
inline double spectrum_error(const std::vector<float>& slots, const std::vector<Point>& points,
                             const Tile& tile, int channel) {
  double error = 0, norm = 0;
  for (int s = 0; s < slot_count(tile.h, tile.w); ++s) {
    const auto want = wanted_slot(points, tile.h, tile.w, s);
    const auto* got = slots.data() + s * 2 * tile.width + channel;
    error += static_cast<double>(std::norm(want - Point(got[0], got[tile.width])));
    norm += static_cast<double>(std::norm(want));
  }
  return std::sqrt(error / norm);
}

/// The error that is allowed. A good transform has about 0.6 u sqrt(log2 N), 1.2e-7 at 64 x 64
/// (verify/bounds.cpp); with few points it varies, hence a larger factor.
inline double good_error(int h, int w) {
  return 1.6 * 0x1p-24 * std::sqrt(std::log2(h * w));
}

}  // namespace convgauge::backends::fft
