// What verifying a case takes, and when that is too much.
#include "run/memory_need.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "verify/bounds.hpp"

namespace convgauge::run {
namespace {

TEST(MemoryNeed, CountsSheetsTensorsAndACopy) {
  const auto spec = Spec::of(*parse_problem("n1c2h3w5_o4k1"), Dtype::f32, Layout::nchw);
  const double inputs = 4 * (2 * 3 * 5 + 4 * 2 + 4), outputs = 4 * 3 * 5;
  EXPECT_EQ(verify_bytes(spec, {}, false),
            4 * (inputs + 16 * outputs) + 3 * (inputs + 4 * outputs) + 4 * outputs);
}

TEST(MemoryNeed, CountsWhatAGradientRearranges) {
  auto spec = Spec::of(*parse_problem("n1c2h3w5_o4k1s2_nobias"), Dtype::f32, Layout::nchw);
  spec.direction = Direction::backward_data;
  // diff_dst of 4 x 2 x 3, spread out by the stride to the source's 3 x 5.
  const double inputs = 4 * (4 * 2 * 3 + 4 * 2), outputs = 2 * 3 * 5;
  const double rearranged = 4 * (4 * 3 * 5 + 4 * 2) + 16 * outputs;
  EXPECT_EQ(verify_bytes(spec, {}, false),
            4 * (inputs + 16 * outputs) + 3 * (inputs + 4 * outputs) + 4 * outputs + rearranged);
}

TEST(MemoryNeed, CountsOneFillWithAProjection) {
  const auto spec = Spec::of(*parse_problem("n1c2h3w5_o4k1"), Dtype::f32, Layout::nchw);
  const double source = 4 * 2 * 3 * 5, factors = 4 * (4 * 2 + 4), outputs = 4 * 3 * 5;
  const double projection = 16 * 3 * 5;
  EXPECT_EQ(verify_bytes(spec, {}, true),
            factors + projection + source + 2 * projection + source + factors + 4 * outputs)
      << "the source is made image by image";
  const auto empty = Spec::of(*parse_problem("n0c2h3w5_o4k1"), Dtype::f32, Layout::nchw);
  EXPECT_EQ(verify_bytes(empty, {}, true), 2 * factors) << "the driver's and the worker's";
}

TEST(MemoryNeed, CountsSourcesAndOutputsOnceWhereTheyLieOverEachOther) {
  auto spec = Spec::of(*parse_problem("n1c2h3w5_o4k1"), Dtype::f32, Layout::nchw);
  const double source = 4 * 2 * 3 * 5, factors = 4 * (4 * 2 + 4), outputs = 4 * 4 * 3 * 5;
  EXPECT_EQ(exchanged_bytes(spec), factors + outputs);
  spec.geometry.bias = false;
  spec.direction = Direction::backward_weights;
  EXPECT_EQ(exchanged_bytes(spec), source + outputs) << "both are sources there";
}

TEST(MemoryNeed, CountsTheBoundOfTiledAlgorithms) {
  auto spec = Spec::of(*parse_problem("n2c2h3w5_o4k3p1_nobias"), Dtype::f32, Layout::nchw);
  const Algorithm direct{.name = "direct"};
  Algorithm tiled{.name = "fft", .algorithm_class = AlgorithmClass::fft, .fft_tile = {8, 8}};
  EXPECT_EQ(bound_bytes(spec, direct), 0);
  EXPECT_EQ(bound_bytes(spec, tiled), 8 * 2 * 3 * 5 * (2 + 4));
  spec.direction = Direction::backward_data;
  EXPECT_EQ(bound_bytes(spec, tiled), 8 * 2 * 3 * 5 * (2 + 4));
  spec.geometry.batch = 0;
  EXPECT_EQ(bound_bytes(spec, tiled), 0);
}

Requirement own(Scope scope, std::size_t bytes) {
  return {BufferRole::workspace, scope, Form::own, {}, bytes, 64, ""};
}

TEST(MemoryNeed, CountsWhatAPlanAnnounces) {
  const std::size_t huge = std::size_t{1} << 46;
  EXPECT_EQ(announced_bytes({own(Scope::plan, huge), own(Scope::slot, 1000)}, 3),
            70368744177664.0 + 64 + 3 * (1000 + 64));
  // Two of them exceed 2^64, which must not wrap around.
  const auto most = std::numeric_limits<std::size_t>::max();
  EXPECT_GT(announced_bytes({own(Scope::plan, most), own(Scope::plan, most)}, 1), 3e19);
  const auto spec = Spec::of(*parse_problem("n1c2h3w5_o4k1"), Dtype::f32, Layout::nchw);
  EXPECT_EQ(measured_bytes(spec, {own(Scope::slot, 1000)}, 2),
            2 * tensor_bytes(spec) + 2 * (1000 + 64));
}

TEST(MemoryNeed, RefusesWithBothNumbers) {
  constexpr double kGiB = 1073741824;
  const MemoryRoom room{kGiB, "this machine's memory"};
  EXPECT_FALSE(beyond_memory("verifying it", kGiB, 0, room));
  EXPECT_FALSE(beyond_memory("verifying it", 1e30, 0, {})) << "unknown is no reason";
  EXPECT_EQ(beyond_memory("verifying it", 3 * kGiB, 0, room),
            "verifying it takes 3 GiB of memory, and 1 GiB are available (this machine's memory)");
  EXPECT_EQ(beyond_memory("verifying it", 3 * kGiB, 2 * kGiB, room),
            "verifying it takes 3 GiB of memory (2 GiB of it announced by the plan), and 1 GiB are "
            "available (this machine's memory)");
  EXPECT_TRUE(beyond_memory("verifying it", 1e30));
}

}  // namespace
}  // namespace convgauge::run
