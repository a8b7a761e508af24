// The kernels other than transforms, on every instruction set: products of any size, and layout
// conversions, which must not read or write beyond their data.
#include <gtest/gtest.h>

#include <cmath>

#include "tables.hpp"

namespace convgauge::backends::winograd {
namespace {

constexpr float kUntouched = -12345;

float whole(std::int64_t i) {
  return static_cast<float>((i * 29 + 7) % 19 - 9);
}

void fill(std::vector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = whole(static_cast<std::int64_t>(i));
}

/// Compares a product of integers, whose sums are exact, with its definition.
void check_product(const Kernels& kernels, std::int64_t tiles, std::int64_t images,
                   std::int64_t depth) {
  const std::int64_t width = kernels.width, v_block = tiles * width + 16,
                     m_half = tiles * width + 16;
  const auto v_image = divided_up(depth, width) * v_block;
  std::vector<float> v(static_cast<std::size_t>(images * v_image)),
      m(static_cast<std::size_t>(2 * m_half), kUntouched),
      u(static_cast<std::size_t>(images * depth * 2 * width));
  fill(v);
  fill(u);
  kernels.multiply({v.data(), v_block, v_image, u.data(), m.data(), m_half, tiles, images, depth});
  for (std::int64_t i = 0; i < 2 * m_half; ++i) {
    const auto half = i / m_half, tile = i % m_half / width, lane = i % m_half % width;
    float want = tile < tiles ? 0 : kUntouched;
    for (std::int64_t k = 0; k < images * depth && tile < tiles; ++k) {
      const auto image = k / depth, c = k % depth;
      want += v[static_cast<std::size_t>(image * v_image + c / width * v_block + tile * width +
                                         c % width)] *
              u[static_cast<std::size_t>((k * 2 + half) * width + lane)];
    }
    ASSERT_EQ(m[static_cast<std::size_t>(i)], want)
        << "width " << width << ", " << tiles << " tiles, " << images << " images of " << depth
        << " at " << i;
  }
}

TEST(Kernels, MultiplyAnyNumberOfTilesAndChannels) {
  for (const auto& table : tables())
    for (std::int64_t tiles = 1; tiles <= 2 * table.kernels->rows + 3; ++tiles)
      for (const std::int64_t depth : {1, 3, 8, 15, 16, 17, 63, 64, 65, 130})
        for (const std::int64_t images : {1, 3})
          check_product(*table.kernels, tiles, images, depth);
}

TEST(Kernels, GatherAndScatterAnyNumberOfColumns) {
  for (const auto& [name, kernels] : tables()) {
    const std::int64_t width = kernels->width, plane = 3 * width + 5;
    for (std::int64_t count = 1; count <= 3 * width; ++count)
      for (std::int64_t channels = 1; channels <= width; ++channels) {
        std::vector<float> planes(static_cast<std::size_t>(channels * plane)),
            pixels(static_cast<std::size_t>((count + 1) * width), kUntouched),
            back(planes.size(), kUntouched);
        fill(planes);
        // With an even number of channels nothing beyond the columns may be read.
        kernels->gather_planes(planes.data(), plane, channels, count,
                               channels % 2 == 0 ? count : plane, pixels.data());
        kernels->scatter_planes(pixels.data(), plane, channels, count, back.data());
        for (std::int64_t i = 0; i < (count + 1) * width; ++i) {
          const auto x = i / width, c = i % width;
          const float want = x == count     ? kUntouched
                             : c < channels ? planes[static_cast<std::size_t>(c * plane + x)]
                                            : 0;
          ASSERT_EQ(pixels[static_cast<std::size_t>(i)], want)
              << name << " count " << count << " at " << i;
        }
        for (std::int64_t i = 0; i < channels * plane; ++i)
          ASSERT_EQ(back[static_cast<std::size_t>(i)],
                    i % plane < count ? planes[static_cast<std::size_t>(i)] : kUntouched)
              << name << " count " << count << " at " << i;
      }
  }
}

}  // namespace
}  // namespace convgauge::backends::winograd
