// The transforms compared with those of FFTW in double, which shares no code with ours.
#include <fftw3.h>
#include <gtest/gtest.h>

#include "instruction_sets.hpp"
#include "tile.hpp"

namespace convgauge::backends::fft {
namespace {

std::vector<Point> fftw_spectrum(Tile& tile, int channel) {
  std::vector<double> samples;
  for (int y = 0; y < tile.h; ++y)
    for (int x = 0; x < tile.w; ++x) samples.push_back(static_cast<double>(tile.at(y, x, channel)));
  std::vector<std::complex<double>> points(static_cast<std::size_t>(tile.h * (tile.w / 2 + 1)));
  const auto plan = fftw_plan_dft_r2c_2d(tile.h, tile.w, samples.data(),
                                         reinterpret_cast<fftw_complex*>(points.data()),
                                         FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
  fftw_execute(plan);
  fftw_destroy_plan(plan);
  return {points.begin(), points.end()};
}

TEST(Transform, IsThatOfFftw) {
  for (const Kernels* kernels : runnable())
    for (const int h : {1, 8, 12, 16, 20, 24, 32, 40, 48, 64})
      for (const int w : kTiles) {
        Tile tile(h, w, kernels->width, 3);
        const auto slots = tile.spectrum(*kernels);
        for (int channel = 0; channel < kernels->width; ++channel)
          EXPECT_LT(spectrum_error(slots, fftw_spectrum(tile, channel), tile, channel),
                    good_error(h, w))
              << kernels->name << " " << h << "x" << w << " channel " << channel;
      }
}

}  // namespace
}  // namespace convgauge::backends::fft
