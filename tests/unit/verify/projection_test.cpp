// Projections must let right outputs pass and find one wrong element, a swap, an exchange of
// images.
#include "verify/projection.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/layers.hpp"
#include "judge.hpp"

namespace convgauge::verify {
namespace {

using testing::Trial;

constexpr std::uint64_t kSeed = 11;

ImageSource images_of(const Trial& t) {
  const auto bytes = t.spec.src_bytes() / static_cast<std::size_t>(t.spec.geometry.batch);
  return [&t, bytes](std::int64_t image, std::byte* out) {
    std::memcpy(out, t.tensors.src.data() + static_cast<std::size_t>(image) * bytes, bytes);
  };
}

std::variant<Agrees, Differs> compared(const Trial& t, const Projection& p,
                                       const Relation& relation = {}) {
  return p.compare(t.algorithm, images_of(t), {t.tensors.weights.data(), t.tensors.bias.data()},
                   t.got.data(), relation);
}

bool agrees(const Trial& t, const Projection& p, const Relation& relation = {}) {
  return std::holds_alternative<Agrees>(compared(t, p, relation));
}

Projection projection_of(const Trial& t, int threads = 2) {
  return {t.spec, t.fill, images_of(t), {t.tensors.weights.data(), t.tensors.bias.data()},
          kSeed,  threads};
}

TEST(Projection, LetsRightOutputsPass) {
  for (const char* text :
       {"n3c5h9w11_o70k3p1", "n2c8h7w7_o16k3x1s2x1p1x0g2", "n1c4h6w6_o130k1_nobias",
        "n2c6h9w9_o12k3p2d2g3_reflect", "n2c4h5w8_o9k3p1_circular", "n1c3h4w4_o8k5p3_replicate"})
    for (const auto type : {Dtype::f32, Dtype::f64, Dtype::f16, Dtype::bf16})
      for (const auto layout : {Layout::nchw, Layout::nhwc})
        for (const auto fill : {Fill::integer, Fill::normal, Fill::uniform}) {
          Trial t(text, fill, type, layout);
          for (const auto& algorithm : {Algorithm{.name = "direct"}, testing::winograd_algorithm(4),
                                        testing::fft_algorithm(16)}) {
            t.algorithm = algorithm;
            EXPECT_TRUE(agrees(t, projection_of(t)))
                << text << " " << word(type) << " " << word(fill) << " " << algorithm.name;
          }
        }
}

TEST(Projection, FindsOneWrongInteger) {
  for (const auto layout : {Layout::nchw, Layout::nhwc}) {
    Trial t("n2c8h9w9_o130k3p1", Fill::integer, Dtype::f32, layout);
    const auto p = projection_of(t);
    const auto count = static_cast<std::int64_t>(t.sums.want.size());
    for (std::int64_t i = 0; i < count; i += 101) {
      const double right = t.at(i);
      t.set(i, right + 1);
      const auto verdict = compared(t, p);
      ASSERT_TRUE(std::holds_alternative<Differs>(verdict)) << i;
      const auto& d = std::get<Differs>(verdict);
      EXPECT_EQ(d.worst.at,
                (std::array<std::int64_t, 4>{i / (130 * 81), i / 81 % 130, i / 9 % 9, i % 9}))
          << "it is named";
      EXPECT_EQ(d.worst.want, right);
      EXPECT_EQ(d.worst.got, right + 1);
      t.set(i, right);
    }
    EXPECT_TRUE(agrees(t, p));
  }
}

TEST(Projection, FindsOneFloatThatIsOffByAHundredthOfItsKind) {
  Trial t("n1c64h9w9_o64k3p1", Fill::normal);
  const auto p = projection_of(t);
  for (const double value : {t.at(77) + 0.05, double(NAN), double(INFINITY)}) {
    const double right = t.at(77);
    t.set(77, value);
    EXPECT_FALSE(agrees(t, p)) << value;
    t.set(77, right);
  }
  EXPECT_TRUE(agrees(t, p));
}

TEST(Projection, FindsChannelsAndImagesThatChangedPlaces) {
  for (const auto fill : {Fill::integer, Fill::normal}) {
    Trial t("n2c8h6w6_o96k3p1_nobias", fill);
    const auto p = projection_of(t);
    auto swapped = t.sums.want;
    for (std::int64_t i = 0; i < 36; ++i)
      std::swap(swapped[std::size_t(3 * 36 + i)], swapped[std::size_t(5 * 36 + i)]);
    t.answer(swapped);
    EXPECT_FALSE(agrees(t, p)) << "channels 3 and 5 are of one part";
    swapped = t.sums.want;
    for (std::size_t i = 0; i < 96 * 36; ++i) std::swap(swapped[i], swapped[96 * 36 + i]);
    t.answer(swapped);
    EXPECT_FALSE(agrees(t, p)) << "images";
  }
}

TEST(Projection, FindsSloppinessThatEveryBoundForgives) {
  Trial t("n4c64h9w9_o64k3p1", Fill::normal);
  const auto p = projection_of(t);
  auto rough = t.sums.want;
  for (std::size_t i = 0; i < rough.size(); ++i) rough[i] *= 1 + (i % 2 ? 1 : -1) * 1e-5;
  t.answer(rough);
  EXPECT_FALSE(agrees(t, p));
}

/// The related problem computed from scratch: images moved up, channels reversed in their groups,
/// everything doubled.
TEST(Projection, KnowsARelatedProblem) {
  Trial t("n3c4h6w7_o12k3p1g2", Fill::normal);
  const auto p = projection_of(t);
  const auto& g = t.spec.geometry;
  Relation relation{1, {}, 2};
  for (std::int64_t o = 0; o < 12; ++o) relation.channels.push_back(o / 6 * 6 + 5 - o % 6);
  auto* x = t.tensors.src.as<float>();
  const auto image = g.in_channels * g.h.input * g.w.input;
  std::rotate(x, x + image, x + 3 * image);
  for (std::int64_t i = 0; i < 3 * image; ++i) x[i] *= 2;
  auto *w = t.tensors.weights.as<float>(), *b = t.tensors.bias.as<float>();
  for (std::int64_t group = 0; group < 2; ++group)
    for (std::int64_t o = 0; o < 3; ++o) {
      const auto one = group * 6 + o, other = group * 6 + 5 - o;
      std::swap_ranges(w + one * g.terms(), w + (one + 1) * g.terms(), w + other * g.terms());
      std::swap(b[one], b[other]);
    }
  for (int o = 0; o < 12; ++o) b[o] *= 2;
  EXPECT_FALSE(agrees(t, p, relation)) << "the old answer";
  t.recompute();
  t.answer(t.sums.want);
  EXPECT_TRUE(agrees(t, p, relation));
  EXPECT_FALSE(agrees(t, p)) << "the new answer to the old problem";
}

TEST(Projection, ThreadsChangeNothing) {
  Trial t("n5c4h9w9_o20k3p1", Fill::normal);
  const auto alone = compared(t, projection_of(t, 1));
  const auto three = compared(t, projection_of(t, 3));
  EXPECT_EQ(std::get<Agrees>(alone), std::get<Agrees>(three));
}

TEST(Projection, SavesTwoRowsForEverySixtyFour) {
  EXPECT_EQ(Projection::saving(testing::spec_of("n1c4h6w6_o256k3", Dtype::f32)), 32);
  EXPECT_EQ(Projection::saving(testing::spec_of("n1c64h6w6_o64k3g64", Dtype::f32)), 0.5)
      << "depthwise: none";
}

}  // namespace
}  // namespace convgauge::verify
