#include "report/counts.hpp"

#include <fmt/format.h>

#include <set>

#include "core/problem_text.hpp"

namespace convgauge {
namespace {

const char* word_of(const CaseRecord& record) {
  if (record.known && is_defect(record.verdict)) return "known";
  if (std::holds_alternative<Differs>(record.verdict)) return "wrong";
  if (std::holds_alternative<TimedOut>(record.verdict)) return "timed out";
  if (std::holds_alternative<Agrees>(record.verdict)) return "agree";
  for (const char* word : {"refused", "trespass", "died"})
    if (kind(record.verdict) == word) return word;
  return "failed";
}

bool unmeasured(const CaseRecord& record) {
  const auto* skipped = std::get_if<Skipped>(&record.measurement);
  return std::holds_alternative<Agrees>(record.verdict) && skipped &&
         skipped->why != "not asked for";
}

}  // namespace

std::vector<Count> counts(const Results& results) {
  std::vector<Count> all{{"agree"},
                         {"wrong", 0, true},
                         {"refused"},
                         {"died", 0, true},
                         {"timed out", 0, true},
                         {"trespass", 0, true},
                         {"failed", 0, true},
                         {"known"},
                         {"not measured"},
                         {"inconclusive"}};
  const auto add = [&](std::string_view word) {
    for (auto& count : all) count.cases += count.word == word;
  };
  for (const auto& record : results.cases) {
    add(word_of(record));
    if (unmeasured(record)) add("not measured");
    if (std::holds_alternative<Inconclusive>(record.measurement)) add("inconclusive");
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

}  // namespace convgauge
