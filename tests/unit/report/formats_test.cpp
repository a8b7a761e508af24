// The formats that other programs read, and what becomes of hostile texts in them.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "core/layers.hpp"
#include "example_run.hpp"
#include "few_cases.hpp"
#include "report/report.hpp"

namespace convgauge::report {
namespace {

int occurrences(const std::string& text, const std::string& word) {
  int count = 0;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + word.size())) ++count;
  return count;
}

TEST(Junit, CountsEveryKindWhereItBelongs) {
  auto known = untimed("e", "x", Differs{});
  known.known = "issue 1";
  const auto xml = junit_report(run_of(
      {timed("a", "x", about(1)), untimed("b", "x", Differs{}), untimed("c", "x", Failed{"no"}),
       untimed("d", "x", Died{}), untimed("d", "y", TimedOut{}), untimed("d", "z", Trespass{}),
       known, untimed("f", "x", Refused{RefusalReason::kernel, "only 3x3"}),
       untimed("g", "x", Agrees{}, Skipped{SkipReason::over_budget, "one execution takes 12 s"}),
       untimed("h", "x", Agrees{}, Skipped{SkipReason::not_asked_for}),
       untimed("i", "x", Agrees{}, Inconclusive{"noise"})}));
  EXPECT_NE(xml.find("tests=\"11\" failures=\"2\" errors=\"3\" skipped=\"3\""), xml.npos) << xml;
  EXPECT_EQ(occurrences(xml, "<failure "), 2);
  EXPECT_EQ(occurrences(xml, "<error "), 3);
  EXPECT_EQ(occurrences(xml, "<skipped "), 3);
  EXPECT_NE(xml.find("<skipped message=\"refused: kernel: only 3x3\"/>"), xml.npos) << xml;
  EXPECT_NE(xml.find("<skipped message=\"over budget: one execution takes 12 s\"/>"), xml.npos)
      << xml;
}

/// Fields of RFC 4180, read back.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
      rows.back().back() += text[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && c == ',')
      rows.back().emplace_back();
    else if (!quoted && c == '\r' && text[i + 1] == '\n')
      rows.emplace_back(1, ""), ++i;
    else
      rows.back().back() += c;
  }
  rows.pop_back();
  return rows;
}

TEST(Csv, ReadsBackWhateverTheTexts) {
  const auto results = hostile_run();
  const auto rows = parse_csv(csv_report(results));
  ASSERT_EQ(rows.size(), results.cases.size() + 1);
  const auto replay = static_cast<std::size_t>(std::find(rows[0].begin(), rows[0].end(), "replay") -
                                               rows[0].begin());
  ASSERT_LT(replay, rows[0].size());
  for (std::size_t i = 0; i < results.cases.size(); ++i) {
    ASSERT_EQ(rows[i + 1].size(), rows[0].size());
    EXPECT_EQ(rows[i + 1][1], results.cases[i].problem.name);
    EXPECT_EQ(rows[i + 1][replay], results.cases[i].replay);
  }
}

TEST(Gbench, HasOneEntryPerSampleAndTheAggregates) {
  const auto results = run_of({timed("a", "x", {30, 10, 20}), untimed("b", "x", Refused{})});
  const auto json = nlohmann::json::parse(gbench_report(results));
  const auto& list = json["benchmarks"];
  ASSERT_EQ(list.size(), 6u) << "three samples; mean, median, mad; nothing for what was refused";
  EXPECT_EQ(list[1]["run_type"], "iteration");
  EXPECT_EQ(list[1]["real_time"], 10);
  EXPECT_EQ(list[1]["repetition_index"], 1);
  EXPECT_EQ(list[1]["repetitions"], 3);
  EXPECT_EQ(list[1]["time_unit"], "ns");
  EXPECT_EQ(list[4]["run_type"], "aggregate");
  EXPECT_EQ(list[4]["aggregate_name"], "median");
  EXPECT_EQ(list[4]["real_time"], 20);
  EXPECT_EQ(list[4]["name"], list[0]["run_name"].get<std::string>() + "_median");
}

TEST(Benchdnn, HasEachProblemOnceInItsOwnWords) {
  auto up = timed("a", "up 1*2", {20});
  up.problem.geometry.batch = up.problem.geometry.groups = 2;
  up.problem.geometry.in_channels = 4;
  up.problem.geometry.out_channels = 6;
  up.problem.geometry.h = {.input = 9, .kernel = 3, .stride = 2, .dilation = 2, .pad_before = 1};
  up.problem.geometry.w = {.input = 8, .kernel = 1};
  up.problem.count = 3;
  up.settings.direction = Direction::backward_data;
  up.settings.dtype = Dtype::bf16;
  up.settings.layout = Layout::nhwc;
  auto other = untimed("b", "up 1*2", Refused{RefusalReason::kernel, "x"});
  other.problem = up.problem;
  other.settings = up.settings;
  auto reflect = timed("a", "r", {10});
  reflect.problem.geometry.padding_mode = PaddingMode::reflect;
  const auto text = benchdnn_report(run_of({up, timed("a", "x", {1e6}), other, reflect}));
  const auto has = [&](const char* part) { return text.find(part) != text.npos; };
  EXPECT_TRUE(
      has("\n# a 20.0 ns, b refused\n--reset --dir=BWD_D --dt=bf16 --stag=axb --dtag=axb "
          "g2mb2_ic4oc6_ih9oh3kh3sh2dh1ph1_iw8ow8kw1sw1dw0pw0_n\"up_1_2*3\"\n"))
      << text;
  EXPECT_TRUE(
      has("\n# a 1.00 ms\n--reset --dir=FWD_I --dt=f32 --bia-dt=f32 --stag=abx --dtag=abx "
          "g1mb1_ic1oc1_ih8oh6kh3sh1dh0ph0_iw8ow6kw3sw1dw0pw0_n\"x*1\"\n"))
      << text;
  EXPECT_TRUE(has("\n# n1c1h8w8_o1k3_reflect: benchdnn has no padding mode reflect\n")) << text;
}

/// A network whose problems have one geometry and name, in different settings of their own.
TEST(Formats, TellProblemsOfOneNetworkApartByTheirOwnSettings) {
  auto plain = timed("n", "x", about(1)), up = plain, half = plain;
  up.problem.own.direction = up.settings.direction = Direction::backward_data;
  half.problem.own.dtype = half.settings.dtype = Dtype::bf16;
  half.problem.own.layout = half.settings.layout = Layout::nhwc;
  const auto run = run_of({plain, up, half});
  const auto xml = junit_report(run);
  EXPECT_EQ(occurrences(xml, "<testsuite "), 3) << xml;
  for (const auto* settings :
       {"(f32, nchw, forward)", "(f32, nchw, backward_data)", "(bf16, nhwc, forward)"})
    EXPECT_EQ(occurrences(xml, settings), 1) << settings;
  const auto rows = parse_csv(csv_report(run));
  const auto column = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(rows[0].begin(), rows[0].end(), name) -
                                    rows[0].begin());
  };
  std::set<std::string> told;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), rows[0].size()) << "the suite's name is empty";
    told.insert(rows[i].at(column("dtype")) + " " + rows[i].at(column("layout")) + " " +
                rows[i].at(column("direction")));
  }
  EXPECT_EQ(told, (std::set<std::string>{"f32 nchw forward", "f32 nchw backward_data",
                                         "bf16 nhwc forward"}));
  std::set<std::string> names;
  const auto list = nlohmann::json::parse(gbench_report(run));
  for (const auto& b : list["benchmarks"]) names.insert(b["run_name"].get<std::string>());
  EXPECT_EQ(names.size(), 3u);
  const auto page = html_report({run});
  for (const auto* label : {" (backward_data)", " (bf16, nhwc)"})
    EXPECT_NE(page.find(label), page.npos) << label;
}

TEST(Markdown, FitsACommentHoweverLongTheRun) {
  const auto text = markdown_report(large_run(3000));
  EXPECT_LE(text.size(), 65536u);
  EXPECT_NE(text.find("more lines do not fit here"), text.npos);
  EXPECT_LE(markdown_report(hostile_run()).size(), 65536u);
}

TEST(Markdown, LetsNoForeignTextBreakATable) {
  auto results = hostile_run();
  for (auto& record : results.cases) {  // stand as code, where nothing means anything
    record.replay = "";
    if (record.smallest) record.smallest->replay = "";
  }
  const auto text = markdown_report(results);
  EXPECT_EQ(text.find("<script>"), text.npos);
  EXPECT_EQ(text.find("<img"), text.npos);
}

TEST(Formats, NameTheSmallestFailingCase) {
  auto record = untimed("a", "x", Differs{});
  auto& smallest = record.smallest.emplace();
  smallest.away = {"groups=2", "size=3"};
  smallest.replay = "convgauge verify n1c2h3w3_o2k1g2_nobias --backend a";
  const auto results = run_of({record});
  for (const auto& text : {junit_report(results), markdown_report(results), html_report({results}),
                           terminal_table(results, 200, false)}) {
    EXPECT_EQ(occurrences(text, smallest.replay), 1) << text.substr(0, 2000);
    EXPECT_NE(text.find("groups=2, size=3"), text.npos);
  }
}

TEST(Html, KeepsForeignTextsOutOfItsMarkup) {
  const auto page = html_report({hostile_run()});
  EXPECT_EQ(page.find("<script>document.title"), page.npos);
  EXPECT_EQ(page.find("<img"), page.npos);
  EXPECT_EQ(occurrences(page, "</script>"), 3) << "data, chart library, page";
  EXPECT_EQ(page.find("{{"), page.npos) << "a mark that nothing filled";
  EXPECT_EQ(page.find("http://"), page.find("http://www.w3.org"))
      << "nothing is loaded from anywhere";
}

}  // namespace
}  // namespace convgauge::report
