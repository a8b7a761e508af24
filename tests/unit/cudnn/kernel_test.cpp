// The arithmetic of our own kernels, on the host, against the definition of each padding.
#include <gtest/gtest.h>
#include <cudnn/kernel_index.hpp>
#include <cudnn/permute.hpp>

#include <numeric>
#include <vector>

namespace convgauge::backends::cudnn {
namespace {

/// torch.nn.functional.pad of 0 1 2 3 by 3 and 2.
TEST(Shown, IsTorchsPadding) {
  const PaddedAxis axis{4, 3, 9};
  const auto all = [&](PaddingMode mode) {
    std::vector<std::int64_t> indices;
    for (std::int64_t i = 0; i < axis.padded; ++i) indices.push_back(shown(axis, mode, i));
    return indices;
  };
  using List = std::vector<std::int64_t>;
  EXPECT_EQ(all(PaddingMode::zeros), (List{-1, -1, -1, 0, 1, 2, 3, -1, -1}));
  EXPECT_EQ(all(PaddingMode::reflect), (List{3, 2, 1, 0, 1, 2, 3, 2, 1}));
  EXPECT_EQ(all(PaddingMode::replicate), (List{0, 0, 0, 0, 1, 2, 3, 3, 3}));
  EXPECT_EQ(all(PaddingMode::circular), (List{1, 2, 3, 0, 1, 2, 3, 0, 1}));
}

TEST(Shown, WrapsAWholeInput) {
  const PaddedAxis axis{2, 2, 6};
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < 6; ++i) indices.push_back(shown(axis, PaddingMode::circular, i));
  EXPECT_EQ(indices, (std::vector<std::int64_t>{0, 1, 0, 1, 0, 1}));
}

/// Element (n, c, y, x) of a dense tensor, channels first or last.
struct Image {
  std::int64_t batch, channels, height, width;
  bool last;
  std::size_t at(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) const {
    return static_cast<std::size_t>(last ? ((n * height + y) * width + x) * channels + c
                                         : ((n * channels + c) * height + y) * width + x);
  }
};

template <class T>
void check_padding(PaddingMode mode, bool last) {
  const PaddedAxis h{4, 2, 7}, w{3, 0, 5};
  const Image from{2, 3, h.input, w.input, last}, to{2, 3, h.padded, w.padded, last};
  std::vector<T> src(2 * 3 * 4 * 3), dst(2 * 3 * 7 * 5, static_cast<T>(-1));
  std::iota(src.begin(), src.end(), T{1});
  const PadArguments a{src.data(), dst.data(), last ? 2 : 6, last ? 3 : 1, h, w, mode};
  for (std::int64_t row = 0; row < rows(a); ++row)
    for (std::int64_t i = 0; i < row_elements(a); ++i) pad_element<T>(a, row, i);
  for (std::int64_t n = 0; n < 2; ++n)
    for (std::int64_t c = 0; c < 3; ++c)
      for (std::int64_t y = 0; y < h.padded; ++y)
        for (std::int64_t x = 0; x < w.padded; ++x) {
          const auto sy = shown(h, mode, y), sx = shown(w, mode, x);
          const T want = sy < 0 || sx < 0 ? T{0} : src[from.at(n, c, sy, sx)];
          EXPECT_EQ(dst[to.at(n, c, y, x)], want) << n << " " << c << " " << y << " " << x;
        }
}

TEST(Pad, WritesEveryElementInEveryModeLayoutAndSize) {
  for (const auto mode : {PaddingMode::zeros, PaddingMode::reflect, PaddingMode::replicate, PaddingMode::circular})
    for (const bool last : {false, true}) {
      check_padding<std::uint16_t>(mode, last);
      check_padding<std::uint32_t>(mode, last);
      check_padding<std::uint64_t>(mode, last);
    }
}

TEST(Bias, GoesToItsChannel) {
  for (const bool last : {false, true}) {
    const Image image{2, 3, 2, 2, last};
    std::vector<float> bias{10, 20, 30}, dst(24, 1);
    const BiasArguments a{bias.data(), dst.data(), 24, 3, last ? 1 : 4};
    for (std::int64_t i = 0; i < a.count; ++i) bias_element<float>(a, i);
    for (std::int64_t n = 0; n < 2; ++n)
      for (std::int64_t c = 0; c < 3; ++c) EXPECT_EQ(dst[image.at(n, c, 1, 0)], 1 + bias[static_cast<std::size_t>(c)]);
  }
}

TEST(Transpose, ThereAndBackIsTheSame) {
  for (const std::size_t size : {2u, 4u, 8u}) {
    std::vector<unsigned char> from(2 * 37 * 65 * size), there(from.size()), back(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<unsigned char>(i * 7 + i / 256);
    transpose(from.data(), there.data(), 2, 37, 65, size);
    EXPECT_NE(from, there);
    EXPECT_TRUE(std::equal(from.data() + size, from.data() + 2 * size, there.data() + 37 * size));  // (0, 1) -> (1, 0)
    transpose(there.data(), back.data(), 2, 65, 37, size);
    EXPECT_EQ(from, back);
  }
}

}  // namespace
}  // namespace convgauge::backends::cudnn
