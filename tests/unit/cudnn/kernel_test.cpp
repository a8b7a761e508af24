// The arithmetic of our own kernels, on the host, compared with the definition of each padding mode
// and of the bias.
#include <convgauge/plugin.h>
#include <gtest/gtest.h>
#include <cudnn/kernels.hpp>
#include <cudnn/permute.hpp>

#include <algorithm>
#include <cmath>
#include <common/narrow.hpp>
#include <fstream>
#include <numeric>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "host_kernels.hpp"

namespace convgauge::backends::cudnn {
namespace {

constexpr PaddingMode kModes[] = {PaddingMode::zeros, PaddingMode::reflect, PaddingMode::replicate,
                                  PaddingMode::circular};

/// The results of torch.nn.functional.pad for 0 1 2 3, padded by 3 and 2.
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
  const PaddingArguments a{src.data(), dst.data(), last ? 2 : 6, last ? 3 : 1, h, w, mode};
  host_gpu::pad<T>(a);
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
  for (const auto mode : kModes)
    for (const bool last : {false, true}) {
      check_padding<std::uint16_t>(mode, last);
      check_padding<std::uint32_t>(mode, last);
      check_padding<std::uint64_t>(mode, last);
    }
}

TEST(Shown, WhatShowsAnIndexIsFoundAgain) {
  for (const auto& axis :
       {PaddedAxis{4, 3, 9}, PaddedAxis{2, 1, 4}, PaddedAxis{1, 0, 1}, PaddedAxis{5, 0, 7}})
    for (const auto mode : kModes)
      for (std::int64_t i = 0; i < axis.input; ++i) {
        std::vector<std::int64_t> found{axis.before + i}, want;
        for (const auto& some : {shown_before(axis, mode, i), shown_behind(axis, mode, i)})
          for (std::int64_t j = 0; j < some.count; ++j) found.push_back(some.first + j);
        std::sort(found.begin(), found.end());
        for (std::int64_t p = 0; p < axis.padded; ++p)
          if (shown(axis, mode, p) == i) want.push_back(p);
        EXPECT_EQ(found, want) << "index " << i << " of " << axis.input << ", mode "
                               << static_cast<int>(mode);
      }
}

/// The source is padded: fold adds each element to the one that its position shows.
template <class T, class Run>
void check_fold(PaddingMode mode, bool last, Run run) {
  const PaddedAxis h{4, 2, 9}, w{3, 0, 5};
  const Image from{2, 3, h.padded, w.padded, last}, to{2, 3, h.input, w.input, last};
  std::vector<T> src(2 * 3 * 9 * 5), dst(2 * 3 * 4 * 3, static_cast<T>(77)), want(dst.size(), 0);
  for (std::size_t i = 0; i < src.size(); ++i) src[i] = static_cast<T>(i * 29 % 113);
  run(PaddingArguments{src.data(), dst.data(), last ? 2 : 6, last ? 3 : 1, h, w, mode});
  for (std::int64_t n = 0; n < 2; ++n)
    for (std::int64_t c = 0; c < 3; ++c)
      for (std::int64_t y = 0; y < h.padded; ++y)
        for (std::int64_t x = 0; x < w.padded; ++x) {
          const auto sy = shown(h, mode, y), sx = shown(w, mode, x);
          if (sy >= 0 && sx >= 0)
            want[to.at(n, c, sy, sx)] =
                static_cast<T>(want[to.at(n, c, sy, sx)] + src[from.at(n, c, y, x)]);
        }
  EXPECT_EQ(dst, want) << "mode " << static_cast<int>(mode) << (last ? ", channels last" : "");
}

TEST(Fold, SumsEveryPositionThatShowsAnElement) {
  for (const bool last : {false, true})
    for (const auto mode : kModes) {
      check_fold<float>(mode, last, host_gpu::fold<float>);
      check_fold<double>(mode, last, host_gpu::fold<double>);
    }
}

TEST(Fold, OfZerosIsACropOfAnySize) {
  for (const bool last : {false, true}) {
    check_fold<std::uint16_t>(PaddingMode::zeros, last, host_gpu::crop<std::uint16_t>);
    check_fold<std::uint32_t>(PaddingMode::zeros, last, host_gpu::crop<std::uint32_t>);
    check_fold<std::uint64_t>(PaddingMode::zeros, last, host_gpu::crop<std::uint64_t>);
  }
}

TEST(Bias, GoesToItsChannel) {
  for (const bool last : {false, true}) {
    const Image image{2, 3, 2, 2, last};
    std::vector<float> bias{10, 20, 30}, dst(24, 1);
    const BiasArguments a{bias.data(), dst.data(), 24, 3, last ? 1 : 4};
    host_gpu::add_bias<float>(a);
    for (std::int64_t n = 0; n < 2; ++n)
      for (std::int64_t c = 0; c < 3; ++c)
        EXPECT_EQ(dst[image.at(n, c, 1, 0)], 1 + bias[static_cast<std::size_t>(c)]);
  }
}

/// The sum of each channel by both passes, over a diff_dst of batch x channels x pixels whose
/// elements are value(n, c, p).
template <class T, class Sum, class Value>
std::vector<T> channel_sums(std::int64_t batch, std::int64_t channels, std::int64_t pixels,
                            bool last, Value value) {
  const Image image{batch, channels, 1, pixels, last};
  std::vector<T> from(static_cast<std::size_t>(batch * channels * pixels)),
      to(static_cast<std::size_t>(channels));
  for (std::int64_t n = 0; n < batch; ++n)
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t p = 0; p < pixels; ++p) from[image.at(n, c, 0, p)] = T(value(n, c, p));
  auto first = sum_chunks(batch, channels, pixels, last);
  std::vector<Sum> between(static_cast<std::size_t>(chunks(first) * channels));
  first.from = from.data();
  first.to = between.data();
  auto second = sum_sums(first);
  second.to = to.data();
  host_gpu::sum<T, Sum, Sum>(first);
  host_gpu::sum<Sum, Sum, T>(second);
  return to;
}

struct SumShape {
  std::int64_t batch, channels, pixels;
};

TEST(BiasGradient, TakesEveryElementOnceInEveryShapeLayoutAndType) {
  const auto value = [](auto n, auto c, auto p) {
    return static_cast<float>((n * 5 + c * 3 + p * 7) % 9 - 4);
  };
  const auto check = [&](auto type, auto sum, const SumShape& s, bool last) {
    const auto got =
        channel_sums<decltype(type), decltype(sum)>(s.batch, s.channels, s.pixels, last, value);
    for (std::int64_t c = 0; c < s.channels; ++c) {
      float want = 0;  // of small integers: exact
      for (std::int64_t n = 0; n < s.batch; ++n)
        for (std::int64_t p = 0; p < s.pixels; ++p) want += value(n, c, p);
      const auto is = static_cast<float>(got[static_cast<std::size_t>(c)]);
      EXPECT_EQ(is, static_cast<float>(decltype(type)(want)))
          << s.batch << " " << c << "/" << s.channels << " " << s.pixels << " " << last;
    }
  };
  // One element; fewer and more than a block's threads and lanes; images shorter and longer than a
  // block; many chunks.
  for (const SumShape& s : {SumShape{1, 1, 1},
                            {300, 3, 1},
                            {7, 33, 5},
                            {2, 64, 255},
                            {3, 2, 257},
                            {4, 2, 20000},
                            {70000, 1, 1}})
    for (const bool last : {false, true}) {
      check(float{}, float{}, s, last);
      check(double{}, double{}, s, last);
      check(F16{}, float{}, s, last);
      check(Bf16{}, float{}, s, last);
    }
}

TEST(BiasGradient, IsAccurateWhereARunningSumIsNot) {
  constexpr std::int64_t kImages = 16, kPixels = 1 << 16;  // 2^20 elements of 0.1
  float running = 0;
  for (std::int64_t i = 0; i < kImages * kPixels; ++i) running += 0.1F;
  const double want = static_cast<double>(0.1F) * kImages * kPixels;
  EXPECT_GT(std::abs(running - want) / want, 1e-3);
  for (const bool last : {false, true}) {
    const auto got =
        channel_sums<float, float>(kImages, 2, kPixels, last, [](auto...) { return 0.1F; });
    for (const float sum : got) EXPECT_LT(std::abs(sum - want) / want, 1e-6) << last;
  }
}

TEST(BiasGradient, ChunksStayFewAndTheirSumsSmall) {
  for (const bool last : {false, true}) {
    const auto a = sum_chunks(1 << 20, 3, 1 << 12, last);
    EXPECT_LE(chunks(a), kMostChunks);
    EXPECT_GE(chunks(a) * a.chunk_elements, std::int64_t{1} << 32);
    EXPECT_EQ(chunks(sum_sums(a)), 1);
  }
}

/// A misspelt name of a kernel would otherwise be noticed on a real GPU only.
TEST(Kernels, AreLaunchedAndPlayedByTheirNames) {
  std::ifstream file(CONVGAUGE_SOURCE_DIR "/backends/cudnn/kernels.cu");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::set<std::string> compiled, played, launched;
  const std::regex kernel("__global__ void (\\w+)");
  for (std::sregex_iterator i(text.begin(), text.end(), kernel), end; i != end; ++i)
    compiled.insert((*i)[1]);
  for (const auto& known : host_gpu::kernels()) played.insert(known.name);
  for (const std::size_t bytes : {2, 4, 8})
    launched.insert({pad({}, bytes).kernel, crop({}, bytes).kernel});
  for (const bool doubles : {false, true})
    launched.insert({fold({}, doubles).kernel, add_bias({}, doubles).kernel});
  for (const std::int32_t type : {CVG_DTYPE_F32, CVG_DTYPE_F64, CVG_DTYPE_F16, CVG_DTYPE_BF16})
    launched.insert({first_sums({}, type).kernel, last_sums({}, type).kernel});
  EXPECT_EQ(compiled.size(), 16u);
  EXPECT_EQ(played, compiled);
  EXPECT_EQ(launched, compiled);
}

TEST(Transpose, ThereAndBackIsTheSame) {
  for (const std::size_t size : {2u, 4u, 8u}) {
    std::vector<unsigned char> from(2 * 37 * 65 * size), there(from.size()), back(from.size());
    for (std::size_t i = 0; i < from.size(); ++i)
      from[i] = static_cast<unsigned char>(i * 7 + i / 256);
    transpose(from.data(), there.data(), 2, 37, 65, size);
    EXPECT_NE(from, there);
    // Element (0, 1) becomes element (1, 0).
    EXPECT_TRUE(std::equal(from.data() + size, from.data() + 2 * size, there.data() + 37 * size));
    transpose(there.data(), back.data(), 2, 65, 37, size);
    EXPECT_EQ(from, back);
  }
}

}  // namespace
}  // namespace convgauge::backends::cudnn
