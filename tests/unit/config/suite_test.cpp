// read_suite(): what a legal config comes to.
#include "config/suite.hpp"

#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "core/processors.hpp"
#include "scratch.hpp"

namespace convgauge::config {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> names(const Suite& suite) {
  std::vector<std::string> all;
  for (const auto& p : suite.problems) all.push_back(p.suite + "|" + p.name);
  return all;
}
using Strings = std::vector<std::string>;

TEST(Suite, DefaultsHoldWhereNothingIsSaid) {
  const Scratch scratch;
  const auto suite = scratch.read(config(R"("kernel_size": 3)"));
  ASSERT_TRUE(suite) << suite.error().message;
  EXPECT_EQ(suite->name, "x") << "the file's";
  EXPECT_EQ(suite->file, scratch.folder / "x.json");
  EXPECT_EQ(names(*suite), Strings{"x|n1c4h8w9_o6k3"});
  EXPECT_EQ(suite->problems[0].count, 1);
  EXPECT_TRUE(suite->backends.empty());
  Settings settings;
  settings.threads = {physical_cores()};
  EXPECT_EQ(suite->settings, settings);
  EXPECT_EQ(suite->baseline_backend, std::nullopt);
  EXPECT_TRUE(suite->known.empty());
}

TEST(Suite, SettingsAreReadWithTheirSweepAxes) {
  const Scratch scratch;
  const auto suite = scratch.read(beside(R"("settings": {
    "threads": [1, 2], "dtype": ["float32", "bf16"], "layout": ["nchw", "native"],
    "direction": "backward_data",
    "math": ["strict", "tf32"], "deterministic": true,
    "verify": {"fills": "uniform", "seed": 18446744073709551615, "timeout_s": 1.5},
    "measure": {"rounds": 21, "budget_s": 0.25, "cold": [false, true], "processes": 3,
                "mode": "latency", "counters": true}})"));
  ASSERT_TRUE(suite) << suite.error().message;
  Settings want;
  want.threads = {1, 2};
  want.dtype = {Dtype::f32, Dtype::bf16};
  want.layout = {Layout::nchw, Layout::native};
  want.direction = {Direction::backward_data};
  want.math = {MathMode::strict, MathMode::tf32};
  want.deterministic = true;
  want.verify = {.fills = {Fill::uniform}, .seed = ~std::uint64_t{0}, .timeout = 1500ms};
  want.cold = {false, true};
  want.mode = {MeasureMode::latency};
  want.measure = {21, 250ms, 3, true};
  EXPECT_EQ(suite->settings, want);
}

TEST(Suite, BackendsAreWordsOrObjects) {
  const Scratch scratch;
  const auto suite = scratch.read(beside(R"("backends": ["naive",
    {"name": "onednn", "label": "onednn-3", "plugin": "lib/x.so",
     "library_path": "../onednn3/lib", "required": true, "algorithm": "all", "device": "cpu:0",
     "options": {"accuracy": "balanced", "tile": 32, "fast": true}, "tolerate": ["R14", "R15"]},
    {"name": "onednn", "plugin": "/opt/y.so"}, {"name": "winograd", "algorithm": "f2"}, "winograd",
    {"name": "fft", "algorithm": "all"}], "baseline_backend": "onednn-3",
    "known": [{"match": "fft *", "verdict": "differs", "issue": "tail", "$comment": 1},
              {"match": "*", "verdict": "differs", "issue": "x", "fill": "nonfinite"}])"));
  ASSERT_TRUE(suite) << suite.error().message;
  const auto& b = suite->backends;
  ASSERT_EQ(b.size(), 6U);
  EXPECT_EQ(b[0], (BackendChoice{"naive", "naive", "default", {}, {}, {}, {}, {}, false}));
  EXPECT_EQ(b[1], (BackendChoice{"onednn",
                                 "onednn-3",
                                 "all",
                                 scratch.folder / "lib/x.so",
                                 scratch.folder.parent_path() / "onednn3/lib",
                                 {{"accuracy", "balanced"}, {"tile", "32"}, {"fast", "true"}},
                                 {Tolerable::R14, Tolerable::R15},
                                 "cpu:0",
                                 true}));
  EXPECT_EQ(b[2].label, "onednn");
  EXPECT_EQ(b[2].plugin, "/opt/y.so") << "an absolute path stays";
  EXPECT_EQ(b[3].label, "winograd:f2") << "asked for twice: the algorithm tells them apart";
  EXPECT_EQ(b[4].label, "winograd");
  EXPECT_EQ(b[5].label, "fft") << "asked for once: the name is enough";
  EXPECT_EQ(suite->baseline_backend, "onednn-3");
  EXPECT_EQ(suite->known, (std::vector<Known>{{"fft *", VerdictKind::differs, "tail"},
                                              {"*", VerdictKind::differs, "x", Fill::nonfinite}}));
}

TEST(Suite, AxesMultiplyAndNamesStayApart) {
  const Scratch scratch;
  const auto suite = scratch.read(
      R"({"name": "s", "problems": [)" + problem(R"("name": "a", "kernel_size": 3)") + ", " +
      problem(R"("kernel_size": 1)") +
      R"(], "axes": {"batch": [1, 8], "bias": [false], "padding": ["same", [0, 1]]}})");
  ASSERT_TRUE(suite) << suite.error().message;
  EXPECT_EQ(names(*suite), (Strings{"s|a batch=1 padding=same", "s|a batch=1 padding=0x1",
                                    "s|a batch=8 padding=same", "s|a batch=8 padding=0x1",
                                    "s|n1c4h8w9_o6k1_nobias", "s|n1c4h8w9_o6k1p0x1_nobias",
                                    "s|n8c4h8w9_o6k1_nobias", "s|n8c4h8w9_o6k1p0x1_nobias"}));
  EXPECT_EQ(short_text(suite->problems[2].geometry), "n8c4h8w9_o6k3p1_nobias");
}

TEST(Suite, AnAxisMayGiveWhatAProblemLacksOrBreaks) {
  const Scratch scratch;
  const auto suite =
      scratch.read(R"({"axes": {"kernel_size": [1, 3], "groups": [2]}, "problems": [)" +
                   problem(R"("groups": 3)") + "]}");
  ASSERT_TRUE(suite) << suite.error().message;
  EXPECT_EQ(names(*suite), (Strings{"x|n1c4h8w9_o6k1g2", "x|n1c4h8w9_o6k3g2"}));
}

TEST(Suite, IncludesKeepTheirNamesAndLoseTheirSettings) {
  const Scratch scratch;
  scratch.write(
      "sub/b.json",
      R"({"name": "net", "settings": {"threads": 7}, "backends": ["fft"], "problems": [)" +
          problem(R"("name": "a", "kernel_size": 1, "count": 5)") +
          R"(], "axes": {"batch": [1, 2]}})");
  scratch.write("sub/c.json", R"({"include": ["b.json"]})");
  const auto suite = scratch.read(R"({"include": ["sub/c.json"], "name": "mine", "problems": [)" +
                                  problem(R"("name": "a", "kernel_size": 3)") + "]}");
  ASSERT_TRUE(suite) << suite.error().message;
  EXPECT_EQ(names(*suite), (Strings{"mine|a", "net|a batch=1", "net|a batch=2"}))
      << "own problems first";
  EXPECT_EQ(suite->problems[1].count, 5);
  EXPECT_EQ(suite->settings.threads, std::vector{physical_cores()});
  EXPECT_TRUE(suite->backends.empty());
}

TEST(Suite, TheOuterAxisReplacesTheInnerOne) {
  const Scratch scratch;
  scratch.write("b.json", R"({"problems": [)" + problem(R"("name": "a", "kernel_size": 1)") +
                              R"(], "axes": {"batch": [1, 2]}})");
  const auto suite =
      scratch.read(R"({"include": ["b.json"], "axes": {"stride": [1, 2], "batch": [16]}})");
  ASSERT_TRUE(suite) << suite.error().message;
  EXPECT_EQ(names(*suite), (Strings{"b|a stride=1", "b|a stride=2"}));
  EXPECT_EQ(suite->problems[0].geometry.batch, 16);
}

TEST(Suite, AProblemReachedTwiceCountsOnce) {
  const Scratch scratch;
  scratch.write("net.json", config(R"("name": "a", "kernel_size": 1)"));
  scratch.write("b.json", R"({"include": ["net.json"]})");
  scratch.write("c.json", R"({"include": ["net.json"]})");
  const auto suite = scratch.read(R"({"include": ["b.json", "c.json", "net.json"]})");
  ASSERT_TRUE(suite) << suite.error().message;
  EXPECT_EQ(names(*suite), Strings{"net|a"});
  scratch.write("c.json", R"({"include": ["net.json"], "axes": {"batch": [4]}})");
  EXPECT_EQ(scratch.refusal(R"({"include": ["b.json", "c.json"]})"),
            "net.json: /problems/0: name 'a' stands twice in suite 'net', first at net.json: "
            "/problems/0");
}

TEST(Suite, NotesSayNothingToUs) {
  const Scratch scratch;
  EXPECT_EQ(
      scratch.refusal(beside(
          R"("$schema": "schema.json", "$comment": {"any": [1]}, "source": "a", "note": "")")),
      "legal");
  EXPECT_EQ(scratch.refusal(config(R"("kernel_size": 3, "$comment": "why")")), "legal");
  EXPECT_EQ(scratch.refusal("\xEF\xBB\xBF" + config(R"("kernel_size": 3)")), "legal")
      << "a byte order mark";
}

TEST(Suite, DigestFollowsTheMeaning) {
  const Scratch scratch;
  const auto digest = [&](const std::string& text) { return scratch.read(text).value().digest; };
  const auto base = digest(beside(R"("settings": {"threads": 2})"));
  EXPECT_EQ(base.size(), 16U);
  EXPECT_EQ(
      digest(
          "  " +
          beside("\n\"$comment\": 3, \"settings\" : { \"threads\": [2], \"dtype\": \"float32\" }")),
      base);
  EXPECT_EQ(digest(beside(R"("axes": {"stride": [[1, 1]]}, "settings": {"threads": 2})")), base);
  std::vector<std::string> all{base};
  for (const auto* more :
       {R"("name": "y", "settings": {"threads": 2})",
        R"("settings": {"threads": 3})",
        R"("settings": {"threads": [2, 3]})",
        R"("settings": {"threads": 2, "dtype": "f64"})",
        R"("settings": {"threads": 2, "layout": "nhwc"})",
        R"("settings": {"threads": 2, "direction": "backward_data"})",
        R"("settings": {"threads": 2, "math": "tf32"})",
        R"("settings": {"threads": 2, "deterministic": true})",
        R"("settings": {"threads": 2, "verify": {"fills": ["normal"]}})",
        R"("settings": {"threads": 2, "verify": {"seed": 2}})",
        R"("settings": {"threads": 2, "verify": {"timeout_s": 2}})",
        R"("settings": {"threads": 2, "measure": {"rounds": 9}})",
        R"("settings": {"threads": 2, "measure": {"budget_s": 9}})",
        R"("settings": {"threads": 2, "measure": {"cold": true}})",
        R"("settings": {"threads": 2, "measure": {"cold": [true, false]}})",
        R"("settings": {"threads": 2, "measure": {"processes": 2}})",
        R"("settings": {"threads": 2, "measure": {"mode": "latency"}})",
        R"("settings": {"threads": 2, "measure": {"counters": true}})",
        R"("settings": {"threads": 2}, "axes": {"bias": [false]})",
        R"("settings": {"threads": 2}, "backends": ["fft"])",
        R"("settings": {"threads": 2}, "backends": [{"name": "fft", "label": "g"}])",
        R"("settings": {"threads": 2}, "backends": [{"name": "fft", "algorithm": "all"}])",
        R"("settings": {"threads": 2}, "backends": [{"name": "fft", "plugin": "x.so"}])",
        R"("settings": {"threads": 2}, "backends": [{"name": "fft", "library_path": "x.so"}])",
        R"("settings": {"threads": 2}, "backends": [{"name": "fft", "options": {"a": "b"}}])",
        R"("settings": {"threads": 2}, "backends": [{"name": "fft", "device": "a"}])",
        R"("settings": {"threads": 2}, "backends": [{"name": "fft", "required": true}])",
        R"("settings": {"threads": 2}, "baseline_backend": "fft")",
        R"("settings": {"threads": 2}, "known": [{"match": "a", "verdict": "died", "issue": "c"}])",
        R"("settings": {"threads": 2},
          "known": [{"match": "a", "verdict": "differs", "issue": "c"}])",
        R"("settings": {"threads": 2},
          "known": [{"match": "a", "verdict": "differs", "issue": "c", "fill": "range"}])"}) {
    all.push_back(digest(beside(more)));
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
      EXPECT_NE(all[i], all.back()) << more << " and " << i;
  }
}

TEST(Suite, DigestIsTheSameFromAnotherFolder) {
  const Scratch scratch;
  const auto text = beside(R"("backends": [{"name": "fft", "plugin": "x.so"}, "naive"])");
  const auto here = read_suite(scratch.write("x.json", text)).value();
  const auto there = read_suite(scratch.write("sub/x.json", text)).value();
  EXPECT_EQ(here.digest, there.digest);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(scratch.folder);
  EXPECT_EQ(read_suite("x.json").value().digest, here.digest) << "named without a folder";
  std::filesystem::current_path(before);
}

TEST(Suite, AProblemHasSettingsOfItsOwn) {
  const Scratch scratch;
  const auto suite = scratch
                         .read(R"({"problems": [
      {"in_channels": 1, "out_channels": 1, "height": 4, "width": 4, "kernel_size": 1},
      {"in_channels": 1, "out_channels": 1, "height": 4, "width": 4, "kernel_size": 1,
       "direction": "backward_data", "dtype": "bfloat16", "layout": "nhwc"}],
      "settings": {"direction": ["forward", "backward_weights"]}})")
                         .value();
  EXPECT_EQ(names(suite), (Strings{"x|n1c1h4w4_o1k1", "x|n1c1h4w4_o1k1 bf16 nhwc backward_data"}))
      << "without a name, what is its own tells it apart";
  EXPECT_EQ(suite.problems[0].own, OwnSettings{});
  const OwnSettings own{Dtype::bf16, Layout::nhwc, Direction::backward_data};
  EXPECT_EQ(suite.problems[1].own, own);
  EXPECT_EQ(combinations(with_own(suite.settings, {})).size(), 2u);
  const auto cases = combinations(with_own(suite.settings, own));
  ASSERT_EQ(cases.size(), 1u) << "a list of the settings is for problems without a value";
  EXPECT_EQ(cases[0].direction, Direction::backward_data);
  EXPECT_EQ(cases[0].layout, Layout::nhwc);
}

TEST(Suite, TheDigestCoversOwnSettingsAndIsAsBeforeWithoutAny) {
  const Scratch scratch;
  const auto digest = [&](const std::string& more) {
    return scratch.read(config(R"("kernel_size": 3, "name": "a")" + more)).value().digest;
  };
  const auto old = digest("");
  EXPECT_NE(digest(R"(, "direction": "backward_data")"), old);
  EXPECT_NE(digest(R"(, "direction": "forward")"), old) << "it no longer follows the settings";
  EXPECT_NE(digest(R"(, "direction": "forward")"), digest(R"(, "dtype": "f32")"));
}

TEST(Suite, AKeyOfAnotherObjectIsToldWhereItBelongs) {
  const Scratch scratch;
  EXPECT_EQ(scratch.refusal(beside(R"("axes": {"direction": ["forward"]})")),
            "x.json: /axes/direction: unknown key 'direction': it is a key of settings, or of a "
            "problem");
  EXPECT_EQ(scratch.refusal(beside(R"("dtype": "f16")")),
            "x.json: /dtype: unknown key 'dtype': it is a key of settings, or of a problem");
  EXPECT_EQ(scratch.refusal(beside(R"("settings": {"groups": 2})")),
            "x.json: /settings/groups: unknown key 'groups': it is a key of a problem");
}

TEST(Suite, OfOneProblem) {
  const auto geometry = parse_problem("n1c64h56w56_o64k3p1").value();
  const auto suite = suite_of(geometry);
  EXPECT_EQ(names(suite), Strings{"problem|n1c64h56w56_o64k3p1"});
  EXPECT_EQ(suite.problems[0].geometry, geometry);
  EXPECT_FALSE(suite.settings.threads.empty());
  EXPECT_NE(suite.digest, suite_of(Geometry{}).digest);
}

TEST(Suite, ReadsOneProblemFromAFile) {
  const Scratch scratch;
  const auto one =
      read_problem(scratch.write("conv1.json", problem(R"("kernel_size": 3, "count": 2)")));
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(*one, (Problem{"conv1", "n1c4h8w9_o6k3", parse_problem("n1c4h8w9_o6k3").value(), 2}));
  const auto file = scratch.write("bad.json", problem(R"("kernel_size": 3, "groups": 3)"));
  EXPECT_EQ(read_problem(file).error().message,
            file.string() + ": /groups: 3 does not divide in_channels=4");
}

}  // namespace
}  // namespace convgauge::config
