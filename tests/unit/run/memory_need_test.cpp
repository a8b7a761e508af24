// What verifying a case takes, and when that is too much.
#include "run/memory_need.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::run {
namespace {

TEST(MemoryNeed, CountsSheetsTensorsAndACopy) {
  const auto spec = Spec::of(*parse_problem("n1c2h3w5_o4k1"), Dtype::f32, Layout::nchw);
  const double inputs = 4 * (2 * 3 * 5 + 4 * 2 + 4), outputs = 4 * 3 * 5;
  EXPECT_EQ(verify_bytes(spec, {}),
            4 * (inputs + 16 * outputs) + 6 * (inputs + 4 * outputs) + 4 * outputs);
}

TEST(MemoryNeed, CountsWhatAGradientRearranges) {
  auto spec = Spec::of(*parse_problem("n1c2h3w5_o4k1s2_nobias"), Dtype::f32, Layout::nchw);
  spec.direction = Direction::backward_data;
  // diff_dst of 4 x 2 x 3, spread out by the stride to the source's 3 x 5.
  const double inputs = 4 * (4 * 2 * 3 + 4 * 2), outputs = 2 * 3 * 5;
  const double rearranged = 4 * (4 * 3 * 5 + 4 * 2) + 16 * outputs;
  EXPECT_EQ(verify_bytes(spec, {}),
            4 * (inputs + 16 * outputs) + 6 * (inputs + 4 * outputs) + 4 * outputs + rearranged);
}

TEST(MemoryNeed, RefusesWithBothNumbers) {
  EXPECT_FALSE(beyond_memory(1e9, 1e9));
  EXPECT_FALSE(beyond_memory(1e30, 0)) << "unknown is no reason";
  EXPECT_EQ(beyond_memory(3 * 1073741824.0, 1073741824.0),
            "verifying it takes 3 GiB of memory, and 1 GiB are available");
  EXPECT_GT(available_bytes(), 0);
}

}  // namespace
}  // namespace convgauge::run
