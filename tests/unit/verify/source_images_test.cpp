// A source made image by image is the one that is made at once.
#include "verify/source_images.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "core/buffer.hpp"
#include "core/layers.hpp"
#include "judge.hpp"

namespace convgauge::verify {
namespace {

constexpr std::uint64_t kSeed = 21, kKey = 77;

TEST(SourceImages, AreThoseOfTheWholeSource) {
  for (const char* text : {"n3c5h9w11_o4k3p1", "n4c8h7w6_o6k3g2", "n1c3h130w140_o2k3"})
    for (const auto type : {Dtype::f32, Dtype::f64, Dtype::f16, Dtype::bf16})
      for (const auto layout : {Layout::nchw, Layout::nhwc})
        for (const auto fill : {Fill::integer, Fill::normal, Fill::uniform}) {
          const auto spec = testing::spec_of(text, type, layout);
          Buffer whole(spec.src_bytes()), made(spec.src_bytes());
          fill_src(spec, fill, kSeed, whole.data());
          const SourceImages images{spec, fill, kSeed};
          const auto hash = images.put(made.data(), kKey);
          EXPECT_EQ(std::memcmp(made.data(), whole.data(), whole.bytes()), 0)
              << text << " " << word(type) << " " << word(fill);
          EXPECT_EQ(images.hash_at(whole.data(), kKey), hash);
        }
}

TEST(SourceImages, MayBeNone) {
  const SourceImages none{testing::spec_of("n0c2h4w5_o4k3"), Fill::normal, kSeed};
  EXPECT_EQ(none.put(nullptr, kKey), none.hash_at(nullptr, kKey));
}

TEST(SourceImages, AreMovedAndScaled) {
  const auto spec = testing::spec_of("n3c2h4w5_o4k3", Dtype::f32);
  Buffer whole(spec.src_bytes()), made(spec.src_bytes());
  fill_src(spec, Fill::normal, kSeed, whole.data());
  const SourceImages images{spec, Fill::normal, kSeed, 1, 2};
  images.put(made.data(), kKey);
  const std::int64_t image = 2 * 4 * 5;
  for (std::int64_t i = 0; i < 3 * image; ++i)
    ASSERT_EQ(made.as<float>()[i], 2 * whole.as<float>()[(i + image) % (3 * image)]) << i;
}

TEST(SourceImages, AChangedBitAndAChangedOrderAreNoticed) {
  for (const char* text : {"n3c2h4w5_o4k3", "n3c64h130w140_o2k3"}) {
    const auto spec = testing::spec_of(text, Dtype::f32);
    const SourceImages images{spec, Fill::normal, kSeed};
    Buffer made(spec.src_bytes());
    const auto hash = images.put(made.data(), kKey);
    for (const std::size_t at : {std::size_t{0}, made.bytes() / 2, made.bytes() - 1}) {
      made.data()[at] ^= std::byte{1};
      EXPECT_NE(images.hash_at(made.data(), kKey), hash) << at;
      made.data()[at] ^= std::byte{1};
    }
    EXPECT_EQ(images.hash_at(made.data(), kKey), hash);
    std::swap_ranges(made.data(), made.data() + images.image_bytes(),
                     made.data() + images.image_bytes());
    EXPECT_NE(images.hash_at(made.data(), kKey), hash);
  }
}

}  // namespace
}  // namespace convgauge::verify
