#include "report/words.hpp"

#include <fmt/format.h>

#include "core/problem_text.hpp"

namespace convgauge {
namespace {

bool over_budget(const std::string& why) {
  return why.starts_with("over budget");
}

/// The word before it says that already.
std::string without(const std::string& text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

std::string skipped_word(const Skipped& skipped) {
  if (over_budget(skipped.why)) return "over budget";
  return skipped.why == "not asked for" ? "agrees" : "skipped";
}

}  // namespace

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
  return (group.suite.empty() ? "" : group.suite + " · ") + settings_text(group.settings);
}

std::string row_name(const Problem& problem) {
  return problem.name.empty() ? short_text(problem.geometry) : problem.name;
}

Outcome outcome(const Cell& cell) {
  if (!cell.record) return Outcome::absent;
  if (cell.time_ns) return Outcome::timed;
  const auto& verdict = cell.record->verdict;
  if (std::holds_alternative<Differs>(verdict)) return Outcome::wrong;
  if (std::holds_alternative<Failed>(verdict)) return Outcome::failed;
  if (std::holds_alternative<Refused>(verdict)) return Outcome::refused;
  if (is_crash(verdict)) return Outcome::crashed;
  if (std::holds_alternative<Inconclusive>(cell.record->measurement)) return Outcome::noisy;
  const auto* skipped = std::get_if<Skipped>(&cell.record->measurement);
  return skipped && skipped->why == "not asked for" ? Outcome::agrees : Outcome::unmeasured;
}

std::string short_word(const Cell& cell) {
  if (cell.record && cell.record->known && is_defect(cell.record->verdict)) return "✕ known";
  switch (outcome(cell)) {
    case Outcome::timed:
      return time_text(cell.time_ns->median);
    case Outcome::absent:
      return "—";
    case Outcome::wrong:
      return "✕ wrong";
    case Outcome::failed:
      return "✕ failed";
    case Outcome::refused:
      return "refused";
    case Outcome::noisy:
      return "noisy";
    case Outcome::agrees:
      return "agrees";
    case Outcome::crashed:
      return std::holds_alternative<TimedOut>(cell.record->verdict)
                 ? "✕ timed out"
                 : "✕ " + std::string(kind(cell.record->verdict));
    case Outcome::unmeasured:
      break;
  }
  const auto* skipped = std::get_if<Skipped>(&cell.record->measurement);
  return skipped ? skipped_word(*skipped) : "no time";
}

std::string reason(const CaseRecord& record) {
  const auto known =
      record.known ? fmt::format("{}, as known ({}): ", kind(record.verdict), *record.known) : "";
  if (!std::holds_alternative<Agrees>(record.verdict)) return known + sentence(record.verdict);
  if (const auto* skipped = std::get_if<Skipped>(&record.measurement))
    return skipped->why == "not asked for" ? "" : without(skipped->why, "over budget: ");
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

}  // namespace convgauge
