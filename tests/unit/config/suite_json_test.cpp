// config_text(): what is written reads back as it was.
#include "config/suite_json.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "scratch.hpp"

namespace convgauge::config {
namespace {

using namespace std::chrono_literals;

TEST(ConfigText, ReadsBackAsTheSuite) {
  const Scratch scratch;
  Suite suite;
  suite.name = "found";
  suite.problems = {{"found", "a", *parse_problem("n2c6h9w11_o8k3x2s2x1p1x2.0d1x2g2"), 1},
                    {"found", "b", *parse_problem("n0c1h4w4_o1k3p1_nobias_circular"), 3},
                    {"found",
                     "c",
                     *parse_problem("n1c1h4w4_o1k3p1"),
                     1,
                     {Dtype::f16, Layout::nhwc, Direction::backward_weights}}};
  auto& one = suite.backends.emplace_back();
  one.name = one.label = "mine";
  one.algorithm = "mine.direct";
  one.plugin = scratch.folder / "libmine.so";
  one.library_path = scratch.folder / "lib";
  one.options = {{"accuracy", "\"fast\""}};
  one.device = "cpu:0";
  one.required = true;
  suite.settings.threads = {1, 3};
  suite.settings.dtype = {Dtype::bf16};
  suite.settings.layout = {Layout::native};
  suite.settings.deterministic = true;
  suite.settings.verify.fills = {Fill::normal};
  suite.settings.verify.seed = ~std::uint64_t{0};
  suite.settings.verify.timeout = 1500ms;
  suite.settings.verify.reference = ReferenceKind::projection;
  suite.baseline_backend = "mine";
  suite.known = {{"mine *", VerdictKind::differs, "why not"}};
  const auto read = scratch.read(config_text(suite, "a \"comment\""));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->name, suite.name);
  EXPECT_EQ(read->problems, suite.problems);
  EXPECT_EQ(read->backends, suite.backends);
  EXPECT_EQ(read->settings, suite.settings);
  EXPECT_EQ(read->baseline_backend, suite.baseline_backend);
  EXPECT_EQ(read->known, suite.known);
}

}  // namespace
}  // namespace convgauge::config
