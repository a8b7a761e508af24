// Every config that is shipped reads without error, and each network's totals are those of the list
// it came from.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <fstream>

#include "config/suite.hpp"

namespace convgauge::config {
namespace {

const std::filesystem::path kConfigs = std::filesystem::path(CONVGAUGE_SOURCE_DIR) / "configs";

struct Totals {
  std::string name;
  std::int64_t distinct, layers, flops;
  double gflop;  // as suites.json has it, in three decimals
};
const Totals kTotals[] = {
#include "core/layers.hpp"
#include "suite_totals.inc"
};

Totals totals(const Suite& suite) {
  Totals t{suite.name, static_cast<std::int64_t>(suite.problems.size()), 0, 0, 0};
  for (const auto& p : suite.problems) {
    t.layers += p.count;
    t.flops += p.count * p.geometry.flops();
  }
  return t;
}

TEST(Configs, EveryFileReads) {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kConfigs)) {
    if (entry.path().extension() != ".json" || entry.path().filename() == "schema.json") continue;
    const auto suite = read_suite(entry.path());
    EXPECT_TRUE(suite) << (suite ? "" : suite.error().message);
    ++files;
  }
  EXPECT_GE(files, 58) << "56 networks, quickstart and gate";
}

TEST(Configs, EachNetworkHasItsLayersAndItsWork) {
  EXPECT_EQ(std::size(kTotals), 56U);
  for (const auto& want : kTotals) {
    const auto suite = read_suite(kConfigs / "suites" / (want.name + ".json"));
    ASSERT_TRUE(suite) << suite.error().message;
    const auto got = totals(*suite);
    EXPECT_EQ(got.name, want.name);
    EXPECT_EQ(got.distinct, want.distinct) << want.name;
    EXPECT_EQ(got.layers, want.layers) << want.name;
    EXPECT_EQ(got.flops, want.flops) << want.name;
    EXPECT_NEAR(static_cast<double>(got.flops) / 1e9, want.gflop, 5.001e-4) << want.name;
  }
}

TEST(Configs, AllNetworksInOneAreReadAtOnce) {
  const auto file = std::filesystem::path(testing::TempDir()) / "convgauge_all_suites.json";
  {
    std::ofstream out(file);
    out << R"({"include": [)";
    for (const auto& t : kTotals)
      out << (&t == kTotals ? "" : ",") << (kConfigs / "suites" / (t.name + ".json"));
    out << R"(], "axes": {"batch": [1, 2, 4, 8]}})";
  }
  const auto start = std::chrono::steady_clock::now();
  const auto suite = read_suite(file);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(suite) << suite.error().message;
  EXPECT_EQ(suite->problems.size(), 4U * 1438U);
  EXPECT_LT(taken.count(), 2.0) << "seconds; 0.1 on an idle machine";
  RecordProperty("seconds", std::to_string(taken.count()));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace convgauge::config
