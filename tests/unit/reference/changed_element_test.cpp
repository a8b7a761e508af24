// A reference after one element of the input has changed is that of the changed input.
#include "reference/changed_element.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "core/split_mix.hpp"
#include "problem_data.hpp"

namespace convgauge::reference {
namespace {

using testing::name_of;
using testing::random_geometry;
using testing::same_bits;
using testing::slow_sums;
using testing::Tensors;

void near(const std::vector<double>& a, const std::vector<double>& b, const Spec& spec) {
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_NEAR(a[i], b[i], 1e-12 * (1 + std::abs(b[i]))) << name_of(spec) << " at " << i;
}

TEST(ChangedElement, GivesTheReferenceOfTheChangedInput) {
  std::mt19937 random(5);
  SplitMix draws(7);
  int reached = 0;
  for (int i = 0; i < 600; ++i) {
    auto spec =
        Spec::of(random_geometry(random), Dtype::f32, i / 3 % 2 ? Layout::nhwc : Layout::nchw);
    spec.direction = static_cast<Direction>(i % 3);
    const auto role =
        spec.direction == Direction::backward_data ? TensorRole::diff_dst : TensorRole::src;
    const auto shape = spec.shape(role);
    if (elements(shape) == 0) continue;
    Tensors tensors(spec);
    auto sums = slow_sums(spec, tensors);
    const auto before = sums;
    ElementChange change;
    std::int64_t index = 0;
    for (std::size_t d = 0; d < 4; ++d) {
      change.at[d] = static_cast<std::int64_t>(draws.below(static_cast<std::uint64_t>(shape[d])));
      index += change.at[d] * spec.strides(role)[d];
    }
    auto& tensor = role == TensorRole::src ? tensors.src : tensors.diff_dst;
    change.before = load(Dtype::f32, tensor.data(), index);
    change.after = -7;
    const auto old = apply(change, spec, tensors.inputs(), sums.out());
    reached += !old.empty();
    // Its own bias gradient follows diff_dst only, which does not change there.
    store(Dtype::f32, tensor.data(), index, change.after);
    const auto want = slow_sums(spec, tensors);
    near(sums.want, want.want, spec);
    near(sums.magnitude, want.magnitude, spec);
    undo(old, sums.out());
    EXPECT_TRUE(same_bits(sums.want, before.want) && same_bits(sums.magnitude, before.magnitude))
        << name_of(spec);
  }
  EXPECT_GT(reached, 400) << "most elements are read by some output";
}

}  // namespace
}  // namespace convgauge::reference
