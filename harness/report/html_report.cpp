// Puts the page together: page/page.html with its styles, scripts, chart library and data.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/layers.hpp"
#include "report/escape.hpp"
#include "report/page_data.hpp"
#include "report/page_files.hpp"
#include "report/page_template.hpp"
#include "report/report.hpp"

namespace convgauge::report {
namespace {

/// The text that replaces a mark `{{NAME}}` of page.html.
std::string content(std::string_view name, const std::vector<Results>& results,
                    const std::vector<std::string>& names) {
  if (name == "style") return kPageCss;
  if (name == "chart_library") return kChartLibrary;
  if (name == "scripts") return kPageScripts;
  if (name == "data") return page_data(results, names);
  std::string title, answer;
  std::vector<std::string> suites;
  for (const auto& run : results) {
    const auto suite = run.header.suite.empty() ? "results" : run.header.suite;
    answer += (answer.empty() ? "" : " ") + headline(run);
    if (std::find(suites.begin(), suites.end(), suite) != suites.end()) continue;
    suites.push_back(suite);
    title += (title.empty() ? "" : ", ") + suite;
  }
  if (results.size() > suites.size()) title += fmt::format(": {} runs", results.size());
  return escape_markup(name == "title" ? title : answer);
}

}  // namespace

std::string html_report(const std::vector<Results>& results,
                        const std::vector<std::string>& names) {
  return fill_marks(kPageHtml,
                    [&](std::string_view name) { return content(name, results, names); });
}

}  // namespace convgauge::report
