// The answer in a sentence or two.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/layers.hpp"
#include "record/classify.hpp"
#include "report/counts.hpp"
#include "report/decision_words.hpp"
#include "report/report.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

void append(std::string& text, const std::string& sentence) {
  if (!sentence.empty()) text += (text.empty() ? "" : " ") + sentence;
}

/// In what this group differs from the others: "resnet50, 2 threads".
std::string distinction(const Group& group, const std::vector<Group>& groups) {
  std::vector<CaseSettings> all;
  for (const auto& other : groups) all.push_back(other.settings);
  const bool suites = std::any_of(groups.begin(), groups.end(),
                                  [&](const Group& other) { return other.suite != group.suite; });
  const std::string suite = !suites ? "" : group.suite.empty() ? "problems" : group.suite;
  const auto settings = phrases(varying(group.settings, all));
  return suite + (suite.empty() || settings.empty() ? "" : ", ") + settings;
}

}  // namespace

std::string defects_text(const Results& results) {
  std::string text;
  int defects = 0, known = 0;
  for (const auto& record : results.cases) {
    known += classify(record) == Outcome::known;
    if (!row_of(record).is_defect) continue;
    if (++defects > 3) continue;
    text += fmt::format("{}{} on {} ({})", text.empty() ? "" : "; ", record.label,
                        row_name(record.problem), row_of(record).word);
  }
  if (defects > 3) text += fmt::format("; and {} more", defects - 3);
  if (defects > 0) text = fmt::format("{} failed: {}.", counted(defects, "case"), text);
  if (known > 0) append(text, counted(known, "known failure") + ".");
  return text;
}

std::string headline(const Results& results) {
  constexpr std::size_t kMost = 3;  // combinations of suite and settings in a headline
  const auto groups = arrange(results);
  std::string text;
  std::size_t told = 0;
  std::set<std::string> advices;
  for (const auto& group : groups) {
    const auto words = answer(group);
    if (words.empty() || told++ >= kMost) continue;
    append(text, groups.size() > 1 ? distinction(group, groups) + ": " + words : words);
    advices.insert(advice_text(group));
  }
  if (told > kMost) append(text, fmt::format("And {} more combinations.", told - kMost));
  for (const auto& advice : advices) append(text, advice);
  if (text.empty()) text = groups.empty() ? "Nothing ran." : counts_text(results) + ".";
  append(text, defects_text(results));
  append(text, incomplete_text(results));
  return text;
}

}  // namespace convgauge::report
