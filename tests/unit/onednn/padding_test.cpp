// Padding written out and folded back: one is the transpose of the other.
#include <gtest/gtest.h>

#include <common/padding.hpp>
#include <vector>

namespace convgauge::backends::onednn {
namespace {

constexpr cvg_axis axis(std::int64_t input, std::int64_t before, std::int64_t after) {
  return {input, 1, 1, 1, before, after};
}

std::vector<float> counted(std::int64_t count) {
  std::vector<float> made(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < made.size(); ++i)
    made[i] = static_cast<float>(i * 7 % 11);  // small: sums are exact
  return made;
}

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// The result of fold() without the padding positions.
std::vector<float> inside(const std::vector<float>& padded_pixels, std::int64_t planes,
                          std::int64_t lanes, const cvg_axis& h, const cvg_axis& w) {
  std::vector<float> made;
  for (std::int64_t p = 0; p < planes; ++p)
    for (std::int64_t y = 0; y < h.input; ++y) {
      const auto at = ((p * padded(h) + h.pad_before + y) * padded(w) + w.pad_before) * lanes;
      made.insert(made.end(), padded_pixels.begin() + at,
                  padded_pixels.begin() + at + w.input * lanes);
    }
  return made;
}

TEST(Fold, AddsEachPaddedPositionToTheOneThatItShows) {
  auto gradient = std::vector<float>{1, 2, 4, 8, 16, 32};
  fold({1, sizeof(float)}, axis(1, 0, 0), axis(3, 2, 1), CVG_PADDING_REFLECT, gradient.data());
  EXPECT_EQ(inside(gradient, 1, 1, axis(1, 0, 0), axis(3, 2, 1)),
            (std::vector<float>{4, 8 + 2 + 32, 16 + 1}));
  gradient = {1, 2, 4, 8, 16, 32};
  fold({1, sizeof(float)}, axis(3, 2, 1), axis(1, 0, 0), CVG_PADDING_REPLICATE, gradient.data());
  EXPECT_EQ(inside(gradient, 1, 1, axis(3, 2, 1), axis(1, 0, 0)),
            (std::vector<float>{1 + 2 + 4, 8, 16 + 32}));
}

/// <pad(x), y> = <x, fold(y)>: fold is the transpose of pad.
TEST(Fold, IsTheTransposeOfPad) {
  constexpr std::int64_t kPlanes = 3;
  for (const auto mode : {CVG_PADDING_REFLECT, CVG_PADDING_REPLICATE, CVG_PADDING_CIRCULAR})
    for (const std::int64_t lanes : {1, 8})
      for (const auto& [h, w] :
           {std::pair{axis(5, 1, 4), axis(4, 3, 0)}, {axis(2, 1, 1), axis(6, 0, 2)}}) {
        const Pixels pixels{kPlanes, static_cast<std::size_t>(lanes) * sizeof(float)};
        const auto x = counted(kPlanes * h.input * w.input * lanes);
        auto y = counted(kPlanes * padded(h) * padded(w) * lanes);
        std::vector<float> shown_x(y.size());
        pad(pixels, h, w, mode, x.data(), shown_x.data());
        const auto left = dot(shown_x, y);
        fold(pixels, h, w, mode, y.data());
        EXPECT_EQ(left, dot(x, inside(y, kPlanes, lanes, h, w)))
            << "mode " << mode << " lanes " << lanes;
      }
}

}  // namespace
}  // namespace convgauge::backends::onednn
