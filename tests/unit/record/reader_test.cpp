// What the reader makes of files that were cut, edited, or written by another version.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/layers.hpp"
#include "random_record.hpp"

namespace convgauge::record {
namespace {

class Reader : public testing::Test {
 protected:
  Reader()
      : folder_(std::filesystem::temp_directory_path() /
                ("convgauge_reader_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~Reader() override { std::filesystem::remove_all(folder_); }

  Expected<Results> read(const std::string& text) {
    std::ofstream(folder_ / "results.jsonl", std::ios::binary) << text;
    return read_results(folder_);
  }
  /// The complaint without the folder.
  std::string complaint(const std::string& text) {
    const auto results = read(text);
    return results ? "none" : results.error().message.substr(folder_.string().size() + 1);
  }
  static std::string header() { return to_line(HeaderRecord{}) + "\n"; }
  /// A case of its own: of a doubled one only the last line counts.
  std::string case_with(const std::string& key, const nlohmann::json& value) {
    auto j = nlohmann::json::parse(to_line(RandomRecords(3).record(0, 0)));
    j["name"] = "case " + std::to_string(++cases_);
    j[nlohmann::json::json_pointer(key)] = value;
    return j.dump() + "\n";
  }

  std::filesystem::path folder_;
  int cases_ = 0;
};

TEST_F(Reader, CutsATornLineAtEveryByte) {
  const auto whole = header() + to_line(RandomRecords(1).record(1, 0)) + "\n";
  const auto last = to_line(RandomRecords(2).record(0, 0)) + "\n";
  for (std::size_t kept = 0; kept < last.size(); kept += 1 + kept / 40) {
    const auto results = read(whole + last.substr(0, kept));
    ASSERT_TRUE(results) << results.error().message;
    EXPECT_EQ(results->cases.size(), 1u) << kept;
    EXPECT_EQ(results->whole_bytes, whole.size());
    EXPECT_EQ(results->torn_bytes, kept);
  }
}

TEST_F(Reader, ReadsTheFileOrItsFolder) {
  ASSERT_TRUE(read(header()));
  EXPECT_TRUE(read_results(folder_ / "results.jsonl"));
}

TEST_F(Reader, LeavesUnknownFieldsAlone) {
  const auto first = case_with("/verdict/colour", "blue"), second = case_with("/later", {{"x", 1}});
  const auto results = read(header() + first + second);
  ASSERT_TRUE(results) << results.error().message;
  for (std::size_t i = 0; i < 2; ++i) {
    auto known = RandomRecords(3).record(0, 0);
    known.problem.name = "case " + std::to_string(i + 1);
    EXPECT_EQ(results->cases.at(i), known);
  }
}

TEST_F(Reader, NamesFileLineAndField) {
  EXPECT_EQ(complaint(header() + case_with("/settings/threads", "two")),
            "results.jsonl:2: /settings/threads: expected a whole number between -2147483648 and "
            "2147483647, found "
            "\"two\"");
  EXPECT_EQ(complaint(header() + case_with("/settings/dtype", "int8")),
            "results.jsonl:2: /settings/dtype: expected f32, f64, f16 or bf16, found \"int8\"");
  EXPECT_EQ(complaint(header() + case_with("/verdict/kind", "perfect")),
            "results.jsonl:2: /verdict/kind: expected one of agrees, differs, refused, trespass, "
            "died, timed_out, failed, unjudged, "
            "found \"perfect\"");
  EXPECT_EQ(complaint(header() + case_with("/settings/threads", 1e10)),
            "results.jsonl:2: /settings/threads: expected a whole number between -2147483648 and "
            "2147483647, found "
            "10000000000.0");
  EXPECT_EQ(complaint(header() + case_with("/bytes", -1)),
            "results.jsonl:2: /bytes: expected a whole number between 0 and 18446744073709551615, "
            "found -1");
  EXPECT_EQ(complaint(header() + case_with("/time_ns", nlohmann::json::array())),
            "results.jsonl:2: /time_ns: expected an object, found []");
  EXPECT_EQ(complaint(header() + "[1]\n"), "results.jsonl:2: expected an object, found [1]");
  EXPECT_EQ(complaint(header() + "{}\n"), "results.jsonl:2: /record: is missing");
  EXPECT_NE(complaint(header() + case_with("/problem/groups", 12345))
                .find("results.jsonl:2: /problem/groups: 12345 does not divide"),
            std::string::npos);
}

/// Verdicts and measurements are texts in part: what this version knows is taken apart, the rest
/// kept as it is.
TEST_F(Reader, TakesTextsApart) {
  const auto text =
      header() + case_with("/verdict", {{"kind", "failed"}, {"why", "R6: requirements changed"}}) +
      case_with("/verdict", {{"kind", "failed"}, {"why", "R99: of another version"}}) +
      case_with("/verdict", {{"kind", "trespass"}, {"rule", "R99"}, {"where", "x"}}) +
      case_with("/verdict", {{"kind", "differs"},
                             {"oracle", "after timing, changed source (R12), slot 1"},
                             {"diagnosis",
                              "matches the reference with A, or with B, where it is "
                              "wrong"}}) +
      case_with("/measurement", {{"kind", "skipped"}, {"why", "over budget: 12 s"}}) +
      case_with("/measurement", {{"kind", "skipped"}, {"why", "of another version"}});
  const auto results = read(text);
  ASSERT_TRUE(results) << results.error().message;
  const auto& cases = results->cases;
  EXPECT_EQ(cases[0].verdict, Verdict(broken(Rule::R6, "requirements changed")));
  EXPECT_EQ(cases[1].verdict, Verdict(Failed{"R99: of another version"}));
  EXPECT_EQ(cases[2].verdict, Verdict(Trespass{OpenWord<Rule>::of("R99"), "x"}));
  const auto& differs = std::get<Differs>(cases[3].verdict);
  EXPECT_EQ(differs.oracle, (Oracle{"after timing, changed source", Rule::R12, "slot 1"}));
  EXPECT_EQ(differs.diagnosis, (Diagnosis{{{"A"}, {"B"}}, true, {}, {}}));
  EXPECT_EQ(cases[4].measurement, Measurement(Skipped{SkipReason::over_budget, "12 s"}));
  EXPECT_EQ(cases[5].measurement, Measurement(Skipped{SkipReason::other, "of another version"}));
  std::string again = header();
  for (const auto& r : cases) again += to_line(r) + "\n";
  EXPECT_EQ(read(again)->cases, cases);
}

/// `sweep --resume --retry` adds lines, and two files can be put together by hand.
TEST_F(Reader, TakesTheLastLineOfACase) {
  const auto line = [](const char* name, const char* why, int position) {
    auto j = nlohmann::json::parse(to_line(RandomRecords(3).record(0, 0)));
    j["name"] = name;
    j["position"] = {{"problem", position}, {"index", 0}};
    j["verdict"] = {{"kind", "failed"}, {"why", why}};
    return j.dump() + "\n";
  };
  const auto results = read(header() + line("a", "first", 0) + line("b", "only", 1) +
                            line("a", "second", 0) + line("a", "another problem", 2));
  ASSERT_TRUE(results) << results.error().message;
  ASSERT_EQ(results->cases.size(), 3u);
  const auto why = [&](std::size_t i) { return std::get<Failed>(results->cases[i].verdict).why; };
  EXPECT_EQ(why(0), "second");
  EXPECT_EQ(why(1), "only");
  EXPECT_EQ(why(2), "another problem");
}

TEST_F(Reader, NamesTheLineOfBrokenJson) {
  const auto message = complaint(header() + case_with("/name", "x") +
                                 "{\"record\": \"case\", nonsense\n" + header());
  EXPECT_EQ(message.find("results.jsonl:3: column 21: "), 0u) << message;
}

TEST_F(Reader, RefusesWhatNestsTooDeep) {
  const auto message =
      complaint(header() + "{\"record\": \"case\", \"details\": " + std::string(200'000, '[') +
                std::string(200'000, ']') + "}\n");
  EXPECT_EQ(message, "results.jsonl:2: is nested deeper than 64");
}

TEST_F(Reader, RefusesWhatIsNotOneRun) {
  EXPECT_EQ(complaint(""), "results.jsonl:1: no header line: the file is empty");
  EXPECT_EQ(complaint("{\"record\""), "results.jsonl:1: no header line: it was torn");
  EXPECT_EQ(complaint(case_with("/name", "x")),
            "results.jsonl:1: /record: the first line must be the header, found \"case\"");
  EXPECT_EQ(complaint(header() + header()),
            "results.jsonl:2: /record: a second header; one results file is one run");
  EXPECT_EQ(read_results(folder_ / "absent.jsonl").error().message,
            (folder_ / "absent.jsonl").string() + ": cannot be read: No such file or directory");
}

TEST_F(Reader, RefusesANewerFormat) {
  HeaderRecord newer;
  newer.schema_version = kSchemaVersion + 1;
  EXPECT_EQ(complaint(to_line(newer) + "\n"),
            "results.jsonl:1: /schema_version: written with format 2, and this convgauge reads up "
            "to 1: read it with the "
            "convgauge that wrote it, or a newer one");
}

}  // namespace
}  // namespace convgauge::record
