// The word that was probably meant.
#include "config/nearest.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"

namespace convgauge::config {
namespace {

const std::vector<std::string> kVerbs{"bench", "verify", "sweep", "report", "check-plugin"};

TEST(Nearest, FindsWhatWasMistyped) {
  EXPECT_EQ(nearest("benhc", kVerbs), "bench") << "two letters in the wrong order are one error";
  EXPECT_EQ(nearest("BENCH", kVerbs), "bench");
  EXPECT_EQ(nearest("vrify", kVerbs), "verify");
  EXPECT_EQ(nearest("raport", kVerbs), "report");
  EXPECT_EQ(nearest("plugin", kVerbs), "check-plugin") << "a part of a word";
  EXPECT_EQ(nearest("sweeep", kVerbs), "sweep");
  EXPECT_EQ(nearest("mobilenet", {"googlenet", "mobilenet_v2"}), "mobilenet_v2");
}

TEST(Nearest, MakesNothingUp) {
  EXPECT_EQ(nearest("quux", kVerbs), std::nullopt);
  EXPECT_EQ(nearest("", kVerbs), std::nullopt);
  EXPECT_EQ(nearest(std::string(1'000'000, 'b'), kVerbs), std::nullopt);
  EXPECT_EQ(nearest("bench", {}), std::nullopt);
  EXPECT_EQ(suggestion("bench", {}), "");
  EXPECT_EQ(suggestion("quux", {"a", "b"}), "; known here: a or b");
}

}  // namespace
}  // namespace convgauge::config
