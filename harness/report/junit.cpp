#include "report/junit.hpp"

#include <fmt/format.h>

#include "core/layers.hpp"
#include "report/escape.hpp"

namespace convgauge::report {

std::string junit_remark(JUnitResult result, std::string_view text) {
  if (result == JUnitResult::skipped)
    return fmt::format("<skipped message=\"{}\"/>", escape_markup(text));
  return text.empty() ? "" : fmt::format("<system-out>{}</system-out>", escape_markup(text));
}

std::string JUnitCounts::attributes() const {
  const auto of = [&](JUnitResult result) {
    const auto found = counts_.find(result);
    return found == counts_.end() ? 0 : found->second;
  };
  int tests = 0;
  for (const auto& [result, count] : counts_) tests += count;
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", tests,
                     of(JUnitResult::failure), of(JUnitResult::error), of(JUnitResult::skipped));
}

}  // namespace convgauge::report
