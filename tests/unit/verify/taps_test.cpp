// Lit pixels name the tap.
#include "verify/taps.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "judge.hpp"
#include "verify/mutant.hpp"

namespace convgauge::verify {
namespace {

using testing::Trial;

/// The trial's output becomes what `bend` makes of the definition.
template <class Bend>
std::string told(Trial& t, Bend bend) {
  const auto s = t.spec.geometry.dst_shape();
  Mutant m(t.spec);
  bend(m);
  for (std::int64_t i = 0; i < elements(s); ++i)
    t.set(i, sum_at(m, t.tensors.inputs(),
                    {i / (s[1] * s[2] * s[3]), i / (s[2] * s[3]) % s[1], i / s[3] % s[2], i % s[3]})
                 .value);
  return text(describe_taps(t.evidence()));
}

TEST(Taps, SayNothingOfARightOutput) {
  Trial t("n2c4h12w13_o6k3p1", Fill::impulse);
  EXPECT_EQ(describe_taps(t.evidence()), TapMistake{});
}

TEST(Taps, NameALostOne) {
  Trial t("n2c4h12w13_o6k3p1", Fill::impulse);
  const auto text = told(t, [](Mutant& m) { m.g.w.kernel = 2; });
  EXPECT_NE(text.find("lose tap (kh "), std::string::npos) << text;
  EXPECT_NE(text.find("kw 2)"), std::string::npos) << text;
}

TEST(Taps, NameTheChannelWhoseWeightWasTaken) {
  Trial t("n2c4h12w13_o6k3p1", Fill::impulse);
  EXPECT_NE(told(t,
                 [](Mutant& m) {
                   m.weights_of = [](const Mutant& x, std::int64_t o) {
                     return (o + 1) % x.spec.geometry.out_channels;
                   };
                 })
                .find("take the weight of the output channel 1 further"),
            std::string::npos);
}

TEST(Taps, NameTheTapWhoseWeightWasTaken) {
  Trial t("n2c1h12w13_o6k1x3p0x1", Fill::impulse);
  const auto text =
      told(t, [](Mutant& m) { m.weights[3] = -1, m.weights_start = 2; });  // the kernel flipped
  EXPECT_NE(text.find("take the weight of tap (kh 0, kw "), std::string::npos) << text;
}

TEST(Taps, SeePixelsOutsideOfTheWindow) {
  Trial t("n2c2h12w13_o6k3p1", Fill::impulse);
  const auto text = told(t, [](Mutant& m) { m.g.w.dilation = 2; });
  EXPECT_FALSE(text.empty());
}

}  // namespace
}  // namespace convgauge::verify
