#include "report/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::report {
namespace {

/// Why a case was skipped, without what the word in the table says already.
std::string skip_text(const Skipped& skipped) {
  if (skipped.reason == SkipReason::not_asked_for) return "";
  const bool in_table = skipped.reason == SkipReason::over_budget && !skipped.why.empty();
  return in_table ? skipped.why : sentence(skipped);
}

}  // namespace

std::string tolerated_text(const PluginRecord& plugin) {
  std::string text;
  for (const auto rule : plugin.tolerated)
    text += (text.empty() ? "; tolerated: " : ", ") + std::string(word(rule));
  return text;
}

namespace {

/// The same of one case, in phrases.
std::vector<std::string> declarations(const CaseRecord& r) {
  std::vector<std::string> phrases;
  if (r.algorithm && r.algorithm->flushes_subnormals)
    phrases.emplace_back("may take subnormal numbers as zero");
  if (r.algorithm && r.algorithm->ignores_nan) phrases.emplace_back("may lose NaN");
  for (const auto& [role, bytes] : r.overread)
    phrases.push_back(fmt::format("may read {} bytes behind {}", bytes, word(role)));
  for (const auto role : r.in_library)
    phrases.push_back(fmt::format("{} in the library's own memory, of unknown size", word(role)));
  return phrases;
}

}  // namespace

std::string declared_text(const Results& results, const std::string& label) {
  std::vector<std::string> all;
  for (const auto& r : results.cases)
    // One algorithm of several has the label LABEL:ALGORITHM.
    if (r.label == label || r.label.starts_with(label + ":"))
      for (auto& phrase : declarations(r))
        if (std::find(all.begin(), all.end(), phrase) == all.end())
          all.push_back(std::move(phrase));
  return all.empty() ? "" : fmt::format("; declares: {}", fmt::join(all, ", "));
}

std::string time_or_dash(double ns) {
  return ns > 0 ? time_text(ns) : "—";
}

std::string ratio_text(double ratio) {
  return ratio < 0.0995 ? fmt::format("{:.2g}×", ratio) : significant(ratio) + "×";
}

std::string bytes_text(double bytes) {
  if (bytes < 1000) return fmt::format("{:.0f} B", bytes);
  if (bytes < 999.5e3) return significant(bytes / 1e3) + " kB";
  if (bytes < 999.5e6) return significant(bytes / 1e6) + " MB";
  return significant(bytes / 1e9) + " GB";
}

std::string title(const Group& group) {
  return (group.suite.empty() ? "" : group.suite + " · ") + group.settings_text;
}

std::string row_name(const Problem& problem) {
  auto name = problem.name.empty() ? short_text(problem.geometry) : problem.name;
  const auto own = phrases(own_texts(problem.own));
  return own.empty() ? name : fmt::format("{} ({})", name, own);
}

Outcome outcome(const Cell& cell) {
  return cell.record ? classify_apart_from_known(*cell.record) : Outcome::absent;
}

std::string short_word(const Cell& cell) {
  if (cell.time_ns) return time_text(cell.time_ns->median);
  const std::string mark = row_of(outcome(cell)).is_defect ? "✕ " : "";
  return mark + std::string(cell.record ? row_of(*cell.record).word : row_of(Outcome::absent).word);
}

std::string reason(const CaseRecord& record) {
  const auto known =
      record.known ? fmt::format("{}, as known ({}): ", kind(record.verdict), *record.known) : "";
  if (!std::holds_alternative<Agrees>(record.verdict)) return known + sentence(record.verdict);
  if (const auto* skipped = std::get_if<Skipped>(&record.measurement)) return skip_text(*skipped);
  if (const auto* noisy = std::get_if<Inconclusive>(&record.measurement)) return noisy->why;
  return ranked(&record) ? "" : "measured, but a sample is missing, zero or not finite";
}

std::string smallest_text(const CaseRecord& record) {
  if (!record.smallest) return record.shrink_note;
  std::string away;
  for (const auto& name : record.smallest->away) away += (away.empty() ? "" : ", ") + name;
  return fmt::format("{} ({})", short_text(record.smallest->geometry),
                     away.empty() ? "trivial" : away);
}

std::string filled_text(const Total& total) {
  const bool gaps = total.missing > 0 && total.missing < total.layers && total.unfilled == 0;
  return gaps ? fmt::format("{} ({})", time_text(total.filled_ns), total.missing) : "";
}

std::string total_text(const Total& total) {
  return total.missing > 0 || total.layers == 0 ? "—" : time_text(total.ns);
}

}  // namespace convgauge::report
