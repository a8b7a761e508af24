// Reports that may fail: one group of a run as a picture, the history of several runs.
#include <fmt/format.h>

#include "core/layers.hpp"
#include "report/history/history.hpp"
#include "report/picture/pictures.hpp"
#include "report/report.hpp"
#include "report/words.hpp"

namespace convgauge::report {

Expected<std::string> svg_report(const Results& results, int which) {
  const auto groups = arrange(results);
  const auto count = static_cast<int>(groups.size());
  if (count == 0) return error("nothing ran, so there is no picture");
  if (which == 0 && count == 1) which = 1;
  if (which >= 1 && which <= count) return picture(groups[static_cast<std::size_t>(which - 1)]);
  std::string names;
  for (int i = 0; i < count; ++i)
    names += fmt::format("\n  {}  {}", i + 1, title(groups[static_cast<std::size_t>(i)]));
  return error(fmt::format("--group {}: a picture shows one of these groups, counted from 1:{}",
                           which, names));
}

Expected<std::string> history_text_report(const std::vector<Results>& results,
                                          const std::vector<std::string>& names, int width) {
  const auto found = history(results, names);
  if (!found) return tl::unexpected(found.error());
  return history_text(*found, width);
}

Expected<std::string> history_markdown_report(const std::vector<Results>& results,
                                              const std::vector<std::string>& names) {
  const auto found = history(results, names);
  if (!found) return tl::unexpected(found.error());
  return history_markdown(*found);
}

}  // namespace convgauge::report
