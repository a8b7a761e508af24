// Which kernels are offered for which problems, and which one is the default for well-known layers.
#include "vulkan/candidates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "problems.hpp"

namespace convgauge::backends::vulkan {
namespace {

Limits gpu() {
  Limits limits;
  limits.range_bytes = 0xffffffff;
  limits.shared_bytes = 49152;
  limits.threads = 1024;
  limits.groups = {2147483647, 65535, 65535};
  limits.multiprocessors = 132;
  return limits;
}

std::vector<std::string> offered(const cvg_spec& spec, const Limits& limits = gpu()) {
  std::vector<std::string> names;
  for (const auto& candidate : candidates(Shape(spec), limits)) names.push_back(name_of(candidate));
  return names;
}

bool offers(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TEST(Candidates, NamesAreUnique) {
  for (const auto& spec :
       {problem(32, 64, 56, 64, 3, 1, 1), problem(1, 64, 112, 64, 3, 1, 1, 64),
        problem(4, 3, 224, 64, 7, 2, 3), problem(1, 384, 14, 384, 31, 1, 15, 384)}) {
    const auto names = offered(spec);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
    EXPECT_TRUE(offers(names, "vulkan.direct"));
  }
}

TEST(Candidates, DefaultsOfWellKnownLayers) {
  // Layers of VGG-16, ResNet-50, MobileNetV2 and RepLKNet.
  EXPECT_EQ(offered(problem(32, 256, 56, 256, 3, 1, 1)).front(), "vulkan.wino_f4x4_3x3");
  EXPECT_EQ(offered(problem(32, 1024, 14, 2048, 1, 2)).front().find("vulkan.igemm_"), 0u);
  EXPECT_EQ(offered(problem(32, 96, 112, 96, 3, 2, 1, 96)).front(), "vulkan.depthwise");
  EXPECT_EQ(offered(problem(32, 128, 56, 128, 31, 1, 15, 128)).front(), "vulkan.depthwise_large");
}

TEST(Candidates, LargeProblemsTakeLargeTilesAndSmallOnesSmall) {
  EXPECT_EQ(offered(problem(32, 512, 56, 512, 1)).front(), "vulkan.igemm_128x128");
  EXPECT_NE(offered(problem(1, 512, 7, 512, 1)).front(), "vulkan.igemm_128x128");
}

TEST(Candidates, WinogradIsForDense3x3OfStrideAndDilationOne) {
  EXPECT_TRUE(offers(offered(problem(1, 8, 9, 8, 3, 1, 1)), "vulkan.wino_f2x2_3x3"));
  EXPECT_FALSE(offers(offered(problem(1, 8, 9, 8, 3, 2, 1)), "vulkan.wino_f2x2_3x3"));
  EXPECT_FALSE(offers(offered(problem(1, 8, 9, 8, 5, 1, 2)), "vulkan.wino_f4x4_3x3"));
  EXPECT_FALSE(offers(offered(problem(1, 8, 9, 8, 3, 1, 1, 8)), "vulkan.wino_f4x4_3x3"));
  auto dilated = problem(1, 8, 9, 8, 3, 1, 1);
  dilated.w.dilation = 2;
  EXPECT_FALSE(offers(offered(dilated), "vulkan.wino_f2x2_3x3"));
}

TEST(Candidates, TheLeastDeviceOfTheStandardStillRunsSomeTile) {
  const Limits least;  // 16 KiB of shared memory, 128 invocations: what Vulkan guarantees
  const auto names = offered(problem(2, 16, 12, 64, 3, 2, 1), least);
  EXPECT_TRUE(offers(names, "vulkan.igemm_64x32"));
  EXPECT_FALSE(offers(names, "vulkan.igemm_128x128"));
}

TEST(Candidates, LoopsBeyondTheDriversLimitAreNotOffered) {
  auto limits = gpu();
  limits.loop_iterations = 65535;
  const auto names = offered(problem(1, 1, 364, 1, 363), limits);  // 131769 taps
  EXPECT_FALSE(offers(names, "vulkan.direct"));
  EXPECT_FALSE(names.empty());
  // 1207801 taps: igemm too would need 75488 steps of 16.
  EXPECT_THROW(offered(problem(1, 1, 1100, 1, 1099), limits), cvg::Refused);
}

TEST(Candidates, WinogradTellsItsPoints) {
  for (const auto& candidate : candidates(Shape(problem(1, 32, 14, 32, 3, 1, 1)), gpu())) {
    const auto told = describe(candidate);
    EXPECT_EQ(told.name, name_of(candidate));
    EXPECT_EQ(told.flushes_subnormals, 1);
    if (candidate.kind != Kind::winograd) continue;
    EXPECT_EQ(told.algorithm_class, CVG_CLASS_WINOGRAD);
    EXPECT_EQ(told.winograd[0].point_count, candidate.winograd_tile + 1);
  }
}

}  // namespace
}  // namespace convgauge::backends::vulkan
