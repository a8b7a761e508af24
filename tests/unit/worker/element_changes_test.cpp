// Before each execution one element takes another value, as the driver knows beforehand.
#include "worker/element_changes.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

TEST(ElementChanges, AreThoseThatAreKnownBeforehand) {
  const std::array<std::uint64_t, kChangeValues> values{11, 12, 13, 14, 15, 16, 17, 18};
  for (const std::size_t bytes : {2, 4, 8}) {
    std::vector<std::byte> tensor(100 * bytes), other(tensor);
    const auto before = tensor;
    ElementChanges changes(42, 100, bytes, values);
    EXPECT_EQ(changes.number(), -1);
    std::set<std::pair<std::int64_t, std::size_t>> seen;
    for (int i = 0; i < 300; ++i) {
      auto& now = i % 3 ? tensor : other;
      changes.next(now.data());
      EXPECT_EQ(changes.number(), i);
      EXPECT_EQ(i % 3 ? other : tensor, before) << "what was changed is put back";
      const auto planned = planned_change(42, i, 100);
      ASSERT_TRUE(planned.index >= 0 && planned.index < 100);
      seen.insert({planned.index, planned.value});
      auto want = before;
      std::memcpy(want.data() + static_cast<std::size_t>(planned.index) * bytes,
                  &values[planned.value], bytes);
      EXPECT_EQ(now, want);
    }
    EXPECT_GT(seen.size(), 200u);
    changes.restore();
    EXPECT_EQ(tensor, before);
    EXPECT_EQ(other, before);
    EXPECT_EQ(changes.number(), -1);
  }
}

}  // namespace
}  // namespace convgauge::worker
