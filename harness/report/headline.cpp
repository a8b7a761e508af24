// The answer in a sentence or two.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/layers.hpp"
#include "record/classify.hpp"
#include "report/counts.hpp"
#include "report/report.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

/// " (3.31–3.42)" where the rounds were enough for an interval.
std::string interval_text(const MedianInterval& interval) {
  if (!interval.low || !interval.high) return "";
  return fmt::format(" ({:.2f}–{:.2f})", *interval.low, *interval.high);
}

/// "winograd is fastest on 9 of 12 layers, onednn on 3."
std::string winners(const Group& group) {
  std::map<std::string, int> wins;
  for (const auto& row : group.rows)
    for (std::size_t c = 0; c < row.cells.size(); ++c)
      if (row.cells[c].fastest) ++wins[group.columns[c].name];
  std::vector<std::pair<std::string, int>> order(wins.begin(), wins.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (const auto& [name, count] : order)
    text += text.empty() ? fmt::format("{} is fastest on {} of {}", name, count,
                                       counted(group.rows.size(), "layer"))
                         : fmt::format(", {} on {}", name, count);
  return text.empty() ? text : text + ".";
}

/// For a single problem: which column is fastest, and by how much over the baseline.
std::string single(const Group& group) {
  const auto& row = group.rows[0];
  for (std::size_t c = 0; c < row.cells.size(); ++c) {
    const auto& cell = row.cells[c];
    if (!cell.fastest) continue;
    auto text =
        fmt::format("{} is fastest: {}", group.columns[c].name, time_text(cell.time_ns->median));
    if (cell.speedup && static_cast<int>(c) != group.baseline)
      text += fmt::format(", {}{} the speed of {}", ratio_text(cell.speedup->median),
                          interval_text(*cell.speedup),
                          group.columns[static_cast<std::size_t>(group.baseline)].name);
    return text + ".";
  }
  return "";
}

std::string mix(const Group& group) {
  const auto& mix = group.mix;
  if (mix.total.missing > 0)
    return fmt::format("{} of {} layers have no valid time, so there is no total.",
                       mix.total.missing, mix.total.layers);
  if (group.columns.size() == 1)
    return fmt::format("{} takes {} in all.", group.columns[0].name, time_text(group.totals[0].ns));
  if (!mix.speedup) return fmt::format("The best mix takes {}.", time_text(mix.total.ns));
  const auto base = static_cast<std::size_t>(group.baseline);
  return fmt::format("The best mix takes {} against {} for {} alone: {}{}.",
                     time_text(mix.total.ns), time_text(group.totals[base].ns),
                     group.columns[base].name, ratio_text(mix.speedup->median),
                     interval_text(*mix.speedup));
}

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

std::string answer(const Group& group) {
  const auto is_timed = [](const Row& row) {
    return std::any_of(row.cells.begin(), row.cells.end(),
                       [](const Cell& cell) { return cell.fastest; });
  };
  if (std::none_of(group.rows.begin(), group.rows.end(), is_timed)) return "";
  return group.rows.size() == 1 ? single(group) : mix(group) + " " + winners(group);
}

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
  for (const auto& group : groups) {
    const auto words = answer(group);
    if (words.empty() || told++ >= kMost) continue;
    append(text, groups.size() > 1 ? distinction(group, groups) + ": " + words : words);
  }
  if (told > kMost) append(text, fmt::format("And {} more combinations.", told - kMost));
  if (text.empty()) text = groups.empty() ? "Nothing ran." : counts_text(results) + ".";
  append(text, defects_text(results));
  append(text, incomplete_text(results));
  return text;
}

}  // namespace convgauge::report
