// Which algorithms are offered, which problems are refused, and what the options do.
#include <gtest/gtest.h>

#include "winograd/candidates.hpp"
#include "winograd/dispatch.hpp"

namespace convgauge::backends::winograd {
namespace {

cvg_spec problem(std::int64_t kernel_h, std::int64_t kernel_w, std::int64_t stride = 1) {
  cvg_spec spec{};
  spec.struct_size = sizeof spec;
  spec.batch = spec.groups = 1;
  spec.in_channels = spec.out_channels = 64;
  spec.h = {56, kernel_h, stride, 1, 0, 0};
  spec.w = {56, kernel_w, stride, 1, 0, 0};
  return spec;
}

cvg_settings with(const cvg_option* option) {
  cvg_settings settings{};
  settings.threads = 1;
  settings.options = option;
  settings.option_count = option ? 1 : 0;
  return settings;
}

std::int32_t refusal(const cvg_spec& spec) {
  try {
    refuse_what_winograd_cannot(spec);
  } catch (const cvg::Refused& refused) {
    return refused.reason;
  }
  return CVG_REASON_NONE;
}

std::string default_for(const char* accuracy) {
  const cvg_option option{"accuracy", accuracy};
  return describe(choices(problem(3, 3), with(&option), kernels_portable()).front()).name;
}

TEST(Choice, RefusesWhatIsNoWinograd) {
  EXPECT_EQ(refusal(problem(1, 1)), CVG_REASON_KERNEL);
  EXPECT_EQ(refusal(problem(31, 31)), CVG_REASON_KERNEL);
  EXPECT_EQ(refusal(problem(3, 3, 3)), CVG_REASON_STRIDE);
  auto depthwise = problem(3, 3);
  depthwise.groups = 64;
  EXPECT_EQ(refusal(depthwise), CVG_REASON_GROUPS);
  EXPECT_EQ(refusal(problem(3, 3)), CVG_REASON_NONE);
  EXPECT_EQ(refusal(problem(7, 7, 2)), CVG_REASON_NONE);
  EXPECT_EQ(refusal(problem(1, 3)), CVG_REASON_NONE);
}

TEST(Choice, OffersEveryTileByItsName) {
  std::vector<std::string> names;
  for (const auto& choice : choices(problem(3, 3), with(nullptr), kernels_portable()))
    names.push_back(describe(choice).name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names,
            (std::vector<std::string>{"winograd.f2x2_3x3", "winograd.f3x3_3x3", "winograd.f4x4_3x3",
                                      "winograd.f5x5_3x3", "winograd.f6x6_3x3"}));
}

TEST(Choice, AccuracyBoundsTheDefault) {
  EXPECT_EQ(default_for("balanced"), "winograd.f4x4_3x3");
  EXPECT_NE(default_for("strict"), "winograd.f4x4_3x3");
  EXPECT_EQ(default_for("fast"), "winograd.f6x6_3x3");
}

TEST(Choice, AnInstructionSetThatIsNotHereIsRefused) {
  for (const auto set : kInstructionSets) {
    const std::string value(word(set));
    const cvg_option option{"isa", value.c_str()};
    if (runs_here(set))
      EXPECT_EQ(chosen_kernels(with(&option)).set, set);
    else
      EXPECT_THROW(chosen_kernels(with(&option)), cvg::Refused);
  }
}

}  // namespace
}  // namespace convgauge::backends::winograd
