// Puts the page together: page/page.html with its styles, scripts, the chart library and the data in their places.
#include <string_view>

#include "report/escape.hpp"
#include "report/page_data.hpp"
#include "report/page_files.hpp"
#include "report/report.hpp"

namespace convgauge {
namespace {

/// What stands for a mark `{{NAME}}` of page.html.
std::string content(std::string_view name, const std::vector<Results>& results) {
  if (name == "style") return kPageCss;
  if (name == "chart_library") return kChartLibrary;
  if (name == "charts") return kChartsJs;
  if (name == "script") return kPageJs;
  if (name == "data") return page_data(results);
  std::string title, answer;
  for (const auto& run : results) {
    title += (title.empty() ? "" : ", ") + (run.header.suite.empty() ? "results" : run.header.suite);
    answer += (answer.empty() ? "" : " ") + headline(run);
  }
  return escape_markup(name == "title" ? title : answer);
}

}  // namespace

std::string html_report(const std::vector<Results>& results) {
  std::string_view rest = kPageHtml;
  std::string page;
  for (;;) {
    const auto mark = rest.find("{{");
    page += rest.substr(0, mark);
    if (mark == rest.npos) return page;
    const auto end = rest.find("}}", mark);
    page += content(rest.substr(mark + 2, end - mark - 2), results);
    rest.remove_prefix(end + 2);
  }
}

}  // namespace convgauge
