// golden_tool make NAME > FILE.jsonl           the invented results of example_run.hpp: resnet50,
//     small, changed, large, hostile, night1 ... night6, grid
// golden_tool compare-FORMAT A.jsonl B.jsonl > REPORT     html, md, json, txt
// golden_tool history-FORMAT A.jsonl B.jsonl ... > REPORT     md, txt
// golden_tool FORMAT FILE.jsonl... > REPORT     html, md, svg, xml, csv, json, txt (120 columns),
// colour
#include <cstdio>
#include <iostream>
#include <string>

#include "example_run.hpp"
#include "report/compare/comparison.hpp"
#include "report/report.hpp"

namespace {

using namespace convgauge;
using namespace convgauge::report;

std::string lines_of(const Results& results) {
  std::string text = to_line(results.header) + "\n";
  for (const auto& record : results.cases) text += to_line(record) + "\n";
  return text;
}

int make(const std::string& name) {
  if (name == "resnet50") return std::cout << lines_of(resnet50_run()), 0;
  if (name == "small") return std::cout << lines_of(small_run()), 0;
  if (name == "changed") return std::cout << lines_of(changed_run()), 0;
  if (name == "large") return std::cout << lines_of(large_run(10'000)), 0;
  if (name.starts_with("night"))
    return std::cout << lines_of(night_run(std::stoi(name.substr(5)))), 0;
  if (name == "grid") return std::cout << lines_of(grid_run()), 0;
  if (name == "hostile") return std::cout << lines_of(hostile_run()), 0;
  return std::cerr << "no such run: " << name << "\n", 2;
}

std::vector<std::string> names_of(const std::vector<Results>& all) {
  std::vector<std::string> names;
  for (const auto& results : all)
    names.push_back(results.header.suite + "-" + results.header.started.substr(0, 10));
  return names;
}

int fallible(const std::string& format, const std::vector<Results>& all) {
  const auto text = format == "svg"          ? svg_report(all.at(0), 1)
                    : format == "history-md" ? history_markdown_report(all, names_of(all))
                                             : history_text_report(all, names_of(all), 120);
  if (!text) return std::cerr << text.error().message << "\n", 2;
  return std::cout << *text, 0;
}

int one_format(const std::string& format, const std::vector<Results>& all) {
  const auto& results = all.at(0);
  if (format == "html") return std::cout << html_report(all, names_of(all)), 0;
  if (format == "svg" || format.starts_with("history-")) return fallible(format, all);
  if (format == "md") return std::cout << markdown_report(results), 0;
  if (format == "xml") return std::cout << junit_report(results), 0;
  if (format == "csv") return std::cout << csv_report(results), 0;
  if (format == "json") return std::cout << gbench_report(results), 0;
  if (format == "txt") return std::cout << terminal_table(results, 120, false), 0;
  if (format == "colour") return std::cout << terminal_table(results, 120, true), 0;
  return std::cerr << "no such format: " << format << "\n", 2;
}

int comparison(const std::string& format, const std::vector<Results>& all) {
  const auto compared = compare({"small", {&all.at(0)}}, {"changed", {&all.at(1)}});
  if (!compared) return std::cerr << compared.error().message << "\n", 2;
  if (format == "compare-html") return std::cout << compare_html(*compared), 0;
  if (format == "compare-md") return std::cout << compare_markdown(*compared), 0;
  if (format == "compare-json") return std::cout << compare_json(*compared), 0;
  if (format == "compare-txt") return std::cout << compare_text(*compared, 120, false, true), 0;
  return std::cerr << "no such format: " << format << "\n", 2;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return std::cerr << "see the head of golden_tool.cpp\n", 2;
  if (std::string(arguments[1]) == "make") return make(arguments[2]);
  std::vector<Results> all;
  for (int i = 2; i < count; ++i) {
    auto results = read_results(arguments[i]);
    if (!results) return std::cerr << results.error().message << "\n", 2;
    all.push_back(std::move(*results));
  }
  const std::string format = arguments[1];
  return format.starts_with("compare-") ? comparison(format, all) : one_format(format, all);
}
