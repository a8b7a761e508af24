#include "report/counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "record/classify.hpp"

namespace convgauge::report {
namespace {

void add_word(std::vector<Count>& all, std::string_view word, bool is_defect) {
  const auto same = [&](const Count& count) { return count.word == word; };
  if (!word.empty() && std::none_of(all.begin(), all.end(), same))
    all.push_back({std::string(word), 0, is_defect});
}

/// Every word of kOutcomes once, in its order.
std::vector<Count> zeros() {
  std::vector<Count> all;
  for (const auto& row : kOutcomes) add_word(all, row.counted, row.is_defect);
  for (const auto& row : kOutcomes) add_word(all, row.also, false);
  return all;
}

}  // namespace

std::vector<Count> counts(const Results& results) {
  auto all = zeros();
  for (const auto& record : results.cases) {
    const auto& row = row_of(record);
    for (auto& count : all) count.cases += count.word == row.counted || count.word == row.also;
  }
  return all;
}

std::string incomplete_text(const Results& results) {
  std::set<std::string> seen;
  for (const auto& r : results.cases)
    seen.insert(r.problem.suite + "\n" + r.problem.name + "\n" + full_text(r.problem.geometry));
  const auto here = static_cast<std::int64_t>(seen.size());
  if (here >= results.header.problems) return "";
  return fmt::format("Incomplete: {} of {} problems are here.", here, results.header.problems);
}

std::string counts_text(const Results& results) {
  std::string text;
  for (const auto& count : counts(results))
    if (count.cases > 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count.cases, count.word);
  return text.empty() ? "nothing ran" : text;
}

}  // namespace convgauge::report
