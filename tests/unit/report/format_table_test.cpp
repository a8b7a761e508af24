// The table of formats: what a name or an extension picks, and what is said where there is none.
#include "report/formats.hpp"

#include <gtest/gtest.h>

#include <set>
#include "core/layers.hpp"

namespace convgauge::report {
namespace {

std::string picked(Subject subject, const std::string& file) {
  const auto* format = format_of_file(subject, file);
  return format ? std::string(format->name) : "none";
}

TEST(Formats, HaveNamesOfTheirOwnAndShowSomething) {
  std::set<std::string_view> names;
  for (const auto& f : formats()) {
    EXPECT_TRUE(names.insert(f.name).second) << f.name;
    EXPECT_TRUE(f.run || f.comparison || f.gate) << f.name;
    EXPECT_TRUE(f.run || !f.runs) << f.name << ": a history of what it cannot show one of";
    EXPECT_TRUE(f.at_terminal || !f.extensions.empty()) << f.name;
    EXPECT_TRUE(f.kept_as.empty() || f.run) << f.name;
  }
}

TEST(Formats, AFilesNamePicksThem) {
  EXPECT_EQ(picked(Subject::runs, "a.json"), "gbench");
  EXPECT_EQ(picked(Subject::runs, "a.decision.json"), "decision");
  EXPECT_EQ(picked(Subject::comparison, "a.json"), "json");
  EXPECT_EQ(picked(Subject::runs, "a.htm"), "html");
  EXPECT_EQ(picked(Subject::runs, "a.xml"), "junit");
  EXPECT_EQ(picked(Subject::runs, "a.benchdnn"), "benchdnn");
  EXPECT_EQ(picked(Subject::gate, "a.md"), "md");
  EXPECT_EQ(picked(Subject::gate, "a.html"), "none");
  EXPECT_EQ(picked(Subject::runs, ""), "table");
  EXPECT_EQ(picked(Subject::comparison, ""), "text");
}

TEST(Formats, AWrongOneIsAnsweredByThoseThatThereAre) {
  EXPECT_EQ(pick_format(Subject::runs, {}, "a.xyz").error().message,
            "a.xyz: its name says no format; add --format md, html, svg, junit, csv, decision, "
            "gbench, benchdnn or table");
  EXPECT_EQ(pick_format(Subject::comparison, "pdf", "a.md").error().message,
            "--format pdf: not text, json, md or html");
  EXPECT_FALSE(pick_format(Subject::comparison, "csv", "")) << "that shows runs";
  EXPECT_EQ(pick_format(Subject::runs, "csv", "a.md").value()->name, "csv") << "what is asked for";
  EXPECT_EQ(pick_format(Subject::gate, {}, "a.html").error().message,
            "a.html: its name says no format; add --format text, json, md or junit");
  EXPECT_EQ(pick_format(Subject::gate, {}, "a.xml").value()->name, "junit");
}

TEST(Formats, MostTakeOneRun) {
  const auto* csv = pick_format(Subject::runs, "csv", "").value();
  EXPECT_EQ(write_runs(*csv, std::vector<Results>(2), {}).error().message,
            "format csv takes one run, 2 were given; md, html and table show their history");
}

}  // namespace
}  // namespace convgauge::report
