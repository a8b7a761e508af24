// Who competes: choices resolved against a catalog, devices picked, absences told.
#include "run/cases.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "run/pool.hpp"
#include "run/replay.hpp"

namespace convgauge::run {
namespace {

DeviceInfo device(DeviceKind kind, const char* name) {
  DeviceInfo d;
  d.kind = kind;
  d.name = name;
  return d;
}

BackendInfo backend(const char* name, std::vector<DeviceInfo> devices, const char* why = "") {
  return {name, "", "1.0", why, std::move(devices), {}};
}

Catalog example() {
  Catalog c;
  c.plugins.push_back({"/p/a.so",
                       {"h1"},
                       {},
                       {"a", "1", {backend("fast", {device(DeviceKind::cpu, "CPU")})}},
                       false});
  c.plugins.push_back({"/p/b.so",
                       {"h2"},
                       {},
                       {"b",
                        "1",
                        {backend("soft", {device(DeviceKind::software, "pipe")}),
                         backend("gone", {}, "no GPU device: no driver")}},
                       false});
  c.plugins.push_back(
      {"/q/a.so",
       {"h3"},
       {},
       {"a",
        "2",
        {backend("fast", {device(DeviceKind::gpu, "G"), device(DeviceKind::cpu, "CPU")})}},
       true});
  c.plugins.push_back({kReferencePlugin,
                       {"0"},
                       {},
                       {"reference", "1", {backend("reference", {device(DeviceKind::cpu, "CPU")})}},
                       false});
  return c;
}

BackendChoice choose(const char* name) {
  BackendChoice c;
  c.name = name;
  return c;
}

TEST(LineUp, TakesAllPresentButSoftwareAndReference) {
  const auto catalog = example();
  const auto resolved = resolve_backends(Suite{}, catalog);
  ASSERT_TRUE(resolved);
  ASSERT_EQ(resolved->competitors.size(), 1u);
  EXPECT_EQ(resolved->competitors[0].plugin_identity.hash, "h3")
      << "a plugin that was named comes first";
  EXPECT_EQ(resolved->competitors[0].device_text, "gpu:0");
  EXPECT_FALSE(resolved->competitors[0].on_cpu);
  ASSERT_EQ(resolved->absent.size(), 2u);
  EXPECT_EQ(resolved->absent[1].why, "no GPU device: no driver");
}

TEST(LineUp, HonoursPluginDeviceAndRequired) {
  const auto catalog = example();
  Suite suite;
  suite.backends = {choose("fast"), choose("fast"), choose("soft"), choose("reference")};
  suite.backends[0].plugin = "/p/a.so";
  suite.backends[1].device = "cpu:1";
  suite.backends[2].device = "software";
  auto resolved = resolve_backends(suite, catalog);
  ASSERT_TRUE(resolved);
  ASSERT_EQ(resolved->competitors.size(), 4u);
  EXPECT_EQ(resolved->competitors[0].plugin_identity.hash, "h1");
  EXPECT_EQ(resolved->competitors[1].device, 1);
  EXPECT_EQ(resolved->competitors[2].device_text, "software:0");
  suite.backends.push_back(choose("gone"));
  suite.backends.back().required = true;
  resolved = resolve_backends(suite, catalog);
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().message, "backend 'gone' is required, but no GPU device: no driver");
}

TEST(Settings, AreTheProductOfTheAxes) {
  Suite suite;
  suite.settings.threads = {1, 2};
  suite.settings.layout = {Layout::nchw, Layout::nhwc, Layout::native};
  suite.settings.dtype = {Dtype::f32, Dtype::bf16};
  EXPECT_EQ(settings_of(suite, {}).size(), 12u);
  Problem problem;
  problem.own = {Dtype::f16, Layout::nhwc};
  EXPECT_EQ(settings_of(suite, problem).size(), 2u) << "what is its own is no axis";
}

TEST(Replay, SpellsOutWhatIsNotDefaultAndQuotes) {
  CaseRecord r;
  r.backend = "fast";
  r.requested_algorithm = "onednn.jit:avx2 x";
  r.settings = {2, Dtype::bf16, Layout::nhwc, Direction::forward, MathMode::strict, false, false};
  r.options = {{"accuracy", "it's"}};
  Competitor c;
  VerifySettings verify;
  verify.seed = 7;
  const std::vector both{Placement::end, Placement::start};
  EXPECT_EQ(replay_line("verify", r, c, verify, both),
            "convgauge verify n1c1h1w1_o1k1x1s1x1p0x0d1x1g1_bias_zeros --backend fast --threads 2 "
            "--algorithm "
            "'onednn.jit:avx2 x' "
            "--dtype bf16 --layout nhwc --option 'accuracy=it'\\''s' --seed 7");
}

TEST(Replay, NamesThePluginAndWhatWasVerifiedHow) {
  CaseRecord r;
  r.backend = "fast";
  Competitor c;
  c.plugin_file = "./my plugin.so";
  c.plugin_named = true;
  VerifySettings verify;
  verify.fills = {Fill::normal, Fill::uniform};
  verify.timeout = std::chrono::milliseconds(1500);
  EXPECT_EQ(replay_line("bench", r, c, verify, {Placement::start}),
            "convgauge bench n1c1h1w1_o1k1x1s1x1p0x0d1x1g1_bias_zeros --backend fast --threads 1 "
            "--plugin './my plugin.so' --fill normal,uniform --placement start --timeout 1.5");
}

TEST(LineUp, ADeviceThatIsNotThereIsAnError) {
  const auto catalog = example();
  Suite suite;
  suite.backends = {choose("fast")};
  suite.backends[0].device = "gpu:7";
  const auto resolved = resolve_backends(suite, catalog);
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().message, "backend 'fast': it has no device 'gpu:7', but gpu:0, cpu:1");
}

TEST(Pool, PinsOnlyWhereThereAreEnoughCores) {
  EXPECT_EQ(cpus_for(1).size(), 1u);
  EXPECT_TRUE(cpus_for(100000).empty());
}

}  // namespace
}  // namespace convgauge::run
