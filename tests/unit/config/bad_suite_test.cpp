// Configs that are refused, each with its whole message: everything but the problems themselves.
#include <gtest/gtest.h>

#include "core/layers.hpp"
#include "scratch.hpp"

namespace convgauge::config {
namespace {

struct BadSuiteCase {
  std::string text, message;
};

/// Each text stands beside a legal list of problems.
void expect_all_beside(const std::vector<BadSuiteCase>& table) {
  const Scratch scratch;
  for (const auto& [text, message] : table)
    EXPECT_EQ(scratch.refusal(beside(text)), "x.json: " + message) << text;
}

TEST(BadSuite, Syntax) {
  const Scratch scratch;
  const auto refusal = [&](const std::string& text) { return scratch.refusal(text); };
  EXPECT_EQ(refusal(""),
            "x.json: line 1, column 1: syntax error while parsing value - unexpected end of input; "
            "expected "
            "'[', '{', or a literal");
  EXPECT_EQ(refusal("{\"problems\":\n  [,]}"),
            "x.json: line 2, column 4: syntax error while parsing value - unexpected ','; expected "
            "'[', '{', or a literal");
  EXPECT_EQ(refusal("{\"näme\" \"x\"}"),
            "x.json: line 1, column 11: syntax error while parsing object separator - unexpected "
            "string literal; "
            "expected ':'");
  EXPECT_EQ(refusal("{} {}"),
            "x.json: line 1, column 4: syntax error while parsing value - unexpected '{'; expected "
            "end of input");
  EXPECT_EQ(refusal("{\"name\": 1e999}"),
            "x.json: line 1, column 14: number overflow parsing '1e999'");
  EXPECT_EQ(refusal(std::string("{}\n\0 {", 6)),
            "x.json: line 2, column 1: a NUL byte, which JSON does not allow");
  EXPECT_EQ(refusal("// no comments\n{}").substr(0, 23), "x.json: line 1, column ");
  EXPECT_EQ(refusal("{\"name\": \"\xff\"}").substr(0, 36), "x.json: line 1, column 11: syntax er");
  EXPECT_EQ(
      refusal(std::string(100000, '[')), "x.json: " + [] {
        std::string deep;
        for (int i = 0; i < 64; ++i) deep += "/0";
        return deep;
      }() + ": is nested deeper than 64");
}

TEST(BadSuite, Document) {
  const Scratch scratch;
  const auto refusal = [&](const std::string& text) { return scratch.refusal(text); };
  EXPECT_EQ(refusal("{}"), "x.json: missing 'problems' (or 'include')");
  EXPECT_EQ(
      refusal("[]"),
      "x.json: [] is not an object with keys $schema, source, note, name, problems, include, axes, "
      "backends, settings, baseline_backend or known");
  EXPECT_EQ(refusal(R"({"problems": []})"),
            "x.json: /problems: is empty: needs at least one of problems, or leave it out");
  EXPECT_EQ(refusal(R"({"problems": {}})"),
            "x.json: /problems: an object is not a list of problems");
  EXPECT_EQ(refusal(R"({"problem": []})"),
            "x.json: /problem: unknown key 'problem'; did you mean 'problems'?");
  EXPECT_EQ(refusal(R"({"include": [], "name": "x"})"),
            "x.json: /include: is empty: needs at least one of file names, or leave it out");
  EXPECT_EQ(refusal(R"({"name": "a", "name": "a"})"),
            "x.json: /name: key 'name' stands twice in one object");
  EXPECT_EQ(refusal(R"({"name": ""})"), "x.json: /name: is an empty string");
  EXPECT_EQ(refusal(R"({"name": "a\nb"})"), R"(x.json: /name: "a\nb" has a control character)");
  EXPECT_EQ(scratch.refusal_of(scratch.folder / "none.json"),
            "none.json: cannot be read: No such file or directory");
  EXPECT_EQ(scratch.refusal_of("/tmp"), "/tmp: is a folder, not a file");
  expect_all_beside(
      {{R"("note": 3)", "/note: 3 is not a string"},
       {R"("backend": ["naive"])", "/backend: unknown key 'backend'; did you mean 'backends'?"}});
}

TEST(BadSuite, Names) {
  const Scratch scratch;
  const auto twice = [](const std::string& a, const std::string& b) {
    return R"({"name": "s", "problems": [)" + problem(a) + ", " + problem(b) + "]}";
  };
  EXPECT_EQ(
      scratch.refusal(
          twice(R"("name": "a", "kernel_size": 1)", R"("name": "a", "kernel_size": 3)")),
      "x.json: /problems/1: name 'a' stands twice in suite 's', first at x.json: /problems/0");
  EXPECT_EQ(scratch.refusal(twice(R"("kernel_size": 1)", R"("kernel_size": [1, 1])")),
            "x.json: /problems/1: name 'n1c4h8w9_o6k1' stands twice in suite 's', first at x.json: "
            "/problems/0");
}

TEST(BadSuite, Axes) {
  expect_all_beside({
      {R"("axes": [1])", R"(/axes: [1] is not an object of lists, such as {"batch": [1, 8]})"},
      {R"("axes": {"batch": 8})", "/axes/batch: 8 is not a list of values"},
      {R"("axes": {"batch": []})",
       "/axes/batch: is empty: needs at least one of values, or leave it out"},
      {R"("axes": {"batch": [1, 1.0]})", "/axes/batch/1: 1.0 is not an integer"},
      {R"("axes": {"batch": [1, 8, 1]})", "/axes/batch/2: 1 stands twice in the list"},
      {R"("axes": {"batchs": [1]})", "/axes/batchs: unknown key 'batchs'; did you mean 'batch'?"},
      {R"("axes": {"padding": ["same", "none"]})",
       "/axes/padding/1: \"none\" is not an integer, a pair [height, width], four numbers [top, "
       "bottom, left, right], "
       "\"same\" or \"valid\""},
      {R"("axes": {"groups": [1, 3]})",
       "/axes/groups/1: 3 does not divide in_channels=4 (in x.json: /problems/0 with groups=3)"},
      {R"("axes": {"padding": [[9, 0]], "padding_mode": ["reflect"]})",
       "/axes/padding/0: 9 with padding_mode=reflect must be less than height=8 (in x.json: "
       "/problems/0 with "
       "padding=9x0, padding_mode=reflect)"},
      {R"("axes": {"height": [4, 2]})",
       "/problems/0/kernel_size: 3 with dilation=1 reaches across 3, more than the padded height=2 "
       "(with height=2)"},
      {R"("axes": {"count": [1]})",
       "/axes/count: unknown key 'count'; known here: batch, in_channels, out_channels, height, "
       "width, kernel_size, "
       "stride, padding, dilation, groups, bias or padding_mode"},
  });
}

TEST(BadSuite, AxesBeyondReason) {
  const Scratch scratch;
  std::string hundred;
  for (int i = 1; i <= 100; ++i) hundred += (i == 1 ? "" : ", ") + std::to_string(i);
  std::string axes;
  for (const std::string key : {"batch", "in_channels", "out_channels", "height", "width",
                                "kernel_size", "stride", "dilation", "groups", "padding"})
    axes += (axes.empty() ? "\"" : ", \"") + key + "\": [" + hundred + "]";
  EXPECT_EQ(scratch.refusal(beside("\"axes\": {" + axes + "}")),
            "x.json: /problems/0: the axes make more than 1000000 problems of the suite");
}

TEST(BadSuite, Settings) {
  expect_all_beside({
      {R"("settings": 3)",
       "/settings: 3 is not an object with keys threads, dtype, layout, direction, math, "
       "deterministic, verify or "
       "measure"},
      {R"("settings": {"thread": 3})",
       "/settings/thread: unknown key 'thread'; did you mean 'threads'?"},
      {R"("settings": {"threads": 0})", "/settings/threads: 0 is less than 1"},
      {R"("settings": {"threads": [1, -2]})", "/settings/threads/1: -2 is less than 1"},
      {R"("settings": {"threads": []})",
       "/settings/threads: is empty: needs at least one of values, or leave it out"},
      {R"("settings": {"threads": [2, 2]})", "/settings/threads/1: 2 stands twice in the list"},
      {R"("settings": {"threads": 2.0})", "/settings/threads: 2.0 is not an integer"},
      {R"("settings": {"threads": 4294967296})",
       "/settings/threads: 4294967296 is more than 2147483647"},
      {R"("settings": {"dtype": "int8"})",
       "/settings/dtype: \"int8\" is not f32, f64, f16 or bf16"},
      {R"("settings": {"dtype": ["f32", "float32"]})",
       "/settings/dtype/1: \"float32\" stands twice in the list"},
      {R"("settings": {"layout": "nhcw"})",
       "/settings/layout: \"nhcw\" is not nchw, nhwc or native"},
      {R"("settings": {"direction": "backward"})",
       "/settings/direction: \"backward\" is not forward, backward_data or backward_weights"},
      {R"("settings": {"math": ["strict", 1]})",
       "/settings/math/1: 1 is not strict, tf32 or reduced"},
      {R"("settings": {"deterministic": 0})", "/settings/deterministic: 0 is not true or false"},
      {R"("settings": {"verify": {"fills": []}})",
       "/settings/verify/fills: is empty: needs at least one of values, or leave it out"},
      {R"("settings": {"verify": {"fills": ["ones"]}})",
       "/settings/verify/fills/0: \"ones\" is not integer, normal, uniform, impulse, range, spike, "
       "subnormal or nonfinite"},
      {R"("settings": {"verify": {"seed": -1}})",
       "/settings/verify/seed: -1 is not an integer from 0 to 2^64 - 1"},
      {R"("settings": {"verify": {"seed": 1.0}})",
       "/settings/verify/seed: 1.0 is not an integer from 0 to 2^64 - 1"},
      {R"("settings": {"verify": {"timeout": 3}})",
       "/settings/verify/timeout: unknown key 'timeout'; did you mean 'timeout_s'?"},
      {R"("settings": {"verify": {"timeout_s": 0}})",
       "/settings/verify/timeout_s: 0 s is not more than 0"},
      {R"("settings": {"measure": {"rounds": 0}})", "/settings/measure/rounds: 0 is less than 1"},
      {R"("settings": {"measure": {"rounds": [3, 9]}})",
       "/settings/measure/rounds: [3,9] is not an integer"},
      {R"("settings": {"measure": {"budget_s": -1}})",
       "/settings/measure/budget_s: -1 s is not more than 0"},
      {R"("settings": {"measure": {"budget_s": "10"}})",
       "/settings/measure/budget_s: \"10\" is not a number"},
      {R"("settings": {"measure": {"budget_s": 0.0001}})",
       "/settings/measure/budget_s: 0.0001 s is less than a millisecond"},
      {R"("settings": {"measure": {"budget_s": 1e300}})",
       "/settings/measure/budget_s: 1e+300 s is more than 9000000000 s"},
      {R"("settings": {"measure": {"cold": [true, true]}})",
       "/settings/measure/cold/1: true stands twice in the list"},
      {R"("settings": {"measure": {"mode": "slow"}})",
       "/settings/measure/mode: \"slow\" is not throughput or latency"},
      {R"("settings": {"measure": {"cold": "no"}})",
       "/settings/measure/cold: \"no\" is not true or false"},
      {R"("settings": {"measure": {"processes": 0}})",
       "/settings/measure/processes: 0 is less than 1"},
  });
}

TEST(BadSuite, Backends) {
  expect_all_beside({
      {R"("backends": [])", "/backends: is empty: needs at least one of backends, or leave it out"},
      {R"("backends": "naive")", "/backends: \"naive\" is not a list of backends"},
      {R"("backends": [3])", "/backends/0: 3 is not a backend's name"},
      {R"("backends": ["oneDNN"])",
       "/backends/0: \"oneDNN\" is not a backend's name: small letters, digits and _"},
      {R"("backends": [{"label": "x"}])", "/backends/0: missing 'name'"},
      {R"("backends": [{"name": "naive", "algoritm": "x"}])",
       "/backends/0/algoritm: unknown key 'algoritm'; did you mean 'algorithm'?"},
      {R"("backends": ["naive", "naive"])",
       "/backends/1: label 'naive' stands twice, first at /backends/0; give each a \"label\" of "
       "its own"},
      {R"("backends": ["naive", {"name": "fft", "label": "naive"}])",
       "/backends/1/label: label 'naive' stands twice, first at /backends/0; give each a \"label\" "
       "of its own"},
      {R"("backends": [{"name": "fft", "options": {"tile": [32]}}])",
       "/backends/0/options/tile: [32] is not a string, a number, true or false"},
      {R"("backends": [{"name": "fft", "options": {"Tile": 32}}])",
       "/backends/0/options/Tile: 'Tile' is not an option's name: small letters, digits and _"},
      {R"("backends": [{"name": "fft", "options": ["tile"]}])",
       "/backends/0/options: [\"tile\"] is not an object of options"},
      {R"("backends": [{"name": "fft", "device": 0}])", "/backends/0/device: 0 is not a string"},
      {R"("backends": [{"name": "fft", "required": "yes"}])",
       "/backends/0/required: \"yes\" is not true or false"},
      {R"("backends": [{"name": "fft", "plugin": ""}])", "/backends/0/plugin: is an empty string"},
      {R"("backends": ["naive", "onednn"], "baseline_backend": "onednnn")",
       "/baseline_backend: 'onednnn' is no label of \"backends\"; did you mean 'onednn'?"},
      {R"("baseline_backend": "fft", "backends": [{"name": "fft", "label": "mine"}])",
       "/baseline_backend: 'fft' is no label of \"backends\"; known here: mine"},
      {R"("known": {})", "/known: an object is not a list of known failures"},
      {R"("known": [{"match": "a", "verdict": "differs"}])", "/known/0: missing 'issue'"},
      {R"("known": [{"match": "a", "verdict": "agrees", "issue": "x"}])",
       "/known/0/verdict: \"agrees\" is not differs, refused, trespass, died, timed_out or failed"},
      {R"("known": [{"match": "a", "verdict": "died", "issue": "x", "fill": "nonfinite"}])",
       "/known/0/fill: 'nonfinite' goes with the verdict differs only, not with died"},
  });
}

TEST(BadSuite, Includes) {
  const Scratch scratch;
  const auto refusal = [&](const std::string& text) { return scratch.refusal(text); };
  EXPECT_EQ(refusal(R"({"include": "b.json"})"),
            "x.json: /include: \"b.json\" is not a list of file names");
  EXPECT_EQ(refusal(R"({"include": ["sub/b.json"]})"),
            "x.json: /include/0: \"sub/b.json\": no such file: sub/b.json");
  EXPECT_EQ(refusal(R"({"include": ["x.json"]})"),
            "x.json: /include/0: \"x.json\" includes itself: x.json -> x.json");
  scratch.write("sub/b.json", R"({"include": ["../x.json"]})");
  EXPECT_EQ(
      refusal(R"({"include": ["sub/b.json"]})"),
      "sub/b.json: /include/0: \"../x.json\" includes itself: x.json -> sub/b.json -> x.json");
  scratch.write("sub/b.json", config(R"("kernel_size": 3, "groups": 3)"));
  EXPECT_EQ(refusal(R"({"include": ["sub/b.json"]})"),
            "sub/b.json: /problems/0/groups: 3 does not divide in_channels=4");
  scratch.write("sub/b.json", config(R"("kernel_size": 3)"));
  EXPECT_EQ(refusal(R"({"include": ["sub/b.json"], "axes": {"stride": [1, 0]}})"),
            "x.json: /axes/stride/1: 0 is less than 1 (in sub/b.json: /problems/0 with stride=0)");
  EXPECT_EQ(refusal(R"({"include": ["sub/b.json"], "axes": {"height": [2]}})"),
            "sub/b.json: /problems/0/kernel_size: 3 with dilation=1 reaches across 3, more than "
            "the padded height=2 "
            "(with height=2)");
  scratch.write("sub/b.json", "{");
  EXPECT_EQ(refusal(R"({"include": ["sub/b.json"]})"),
            "sub/b.json: line 1, column 2: syntax error while parsing object key - unexpected end "
            "of input; expected "
            "string literal");
}

}  // namespace
}  // namespace convgauge::config
