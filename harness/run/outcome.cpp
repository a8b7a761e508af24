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

std::vector<std::string> known_no_more(const Results& results) {
  std::vector<std::string> list;
  for (const auto& known : results.header.known)
    for (const auto& r : results.cases)
      if (matches(known, r) && known.verdict != kind_of(r.verdict) &&
          !std::holds_alternative<Unjudged>(r.verdict))
        list.push_back(fmt::format("{} {}: known as {} ({}), but it is {} now", r.label,
                                   short_text(r.problem.geometry), word(known.verdict), known.issue,
                                   kind(r.verdict)));
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
    return std::holds_alternative<Unjudged>(r.verdict);
  });
  return unjudged || (strict && any(kUndecided)) ? kUndecided : kGood;
}

}  // namespace convgauge::run
