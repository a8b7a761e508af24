#include "run/outcome.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "core/layers.hpp"
#include "core/problem_text.hpp"
#include "record/classify.hpp"

namespace convgauge::run {

bool matches(const Known& known, const CaseRecord& r) {
  const auto hit = [&](const std::string& subject) {
    return ::fnmatch(known.match.c_str(), (r.label + " " + subject).c_str(), 0) == 0;
  };
  return hit(short_text(r.problem.geometry)) || hit(r.problem.suite + "." + r.problem.name) ||
         hit(r.problem.name);
}

bool happened(const Known& known, const CaseRecord& r) {
  const auto* differs = std::get_if<Differs>(&r.verdict);
  return known.verdict == kind_of(r.verdict) &&
         (!known.fill || (differs && differs->fill == known.fill));
}

/// "differs", "differs under fill nonfinite"
static std::string under_fill(std::string_view kind, const std::optional<Fill>& fill) {
  return fill ? fmt::format("{} under fill {}", kind, word(*fill)) : std::string(kind);
}

std::vector<std::string> known_no_more(const Results& results) {
  std::vector<std::string> list;
  const auto& all = results.header.known;
  const auto& fills = results.header.fills;
  for (const auto& known : all) {
    const bool ran = !known.fill || fills.empty() ||
                     std::find(fills.begin(), fills.end(), *known.fill) != fills.end();
    for (const auto& r : results.cases) {
      if (!ran || !matches(known, r) || happened(known, r)) continue;
      if (std::holds_alternative<Unjudged>(r.verdict) || is_denied(r.verdict)) continue;
      // Of several entries with fills, the first fill that shows a failure is the one that happens.
      if (known.fill && std::any_of(all.begin(), all.end(), [&](const Known& other) {
            return other.fill && matches(other, r) && happened(other, r);
          }))
        continue;
      const auto* differs = std::get_if<Differs>(&r.verdict);
      list.push_back(fmt::format(
          "{} {}: known as {} ({}), but it is {} now", r.label, short_text(r.problem.geometry),
          under_fill(word(known.verdict), known.fill), known.issue,
          under_fill(kind(r.verdict), known.fill && differs ? differs->fill : std::nullopt)));
    }
  }
  return list;
}

int exit_code(const Results& results, bool strict) {
  const auto comes_to = [](ExitCode code) {
    return [code](const CaseRecord& r) { return row_of(r).code == code; };
  };
  const auto& cases = results.cases;
  const auto any = [&](ExitCode code) {
    return std::any_of(cases.begin(), cases.end(), comes_to(code));
  };
  if (any(kCrashed)) return kCrashed;
  if (any(kWrong) || !known_no_more(results).empty()) return kWrong;
  if (any(kMachine)) return kMachine;
  if (std::all_of(cases.begin(), cases.end(), comes_to(kNothingRan))) return kNothingRan;
  const bool unjudged = std::any_of(cases.begin(), cases.end(), [](const CaseRecord& r) {
    return std::holds_alternative<Unjudged>(r.verdict) || classify(r) == Outcome::implausible;
  });
  return unjudged || (strict && any(kUndecided)) ? kUndecided : kGood;
}

}  // namespace convgauge::run
