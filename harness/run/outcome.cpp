#include "run/outcome.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "core/problem_text.hpp"

namespace convgauge {

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
      if (matches(known, r) && known.verdict != kind(r.verdict))
        list.push_back(fmt::format("{} {}: known as {} ({}), but it is {} now", r.label,
                                   short_text(r.problem.geometry), known.verdict, known.issue,
                                   kind(r.verdict)));
  return list;
}

int exit_code(const Results& results, bool strict) {
  const auto any = [&](auto&& test) {
    return std::any_of(results.cases.begin(), results.cases.end(), test);
  };
  if (any([](const CaseRecord& r) { return is_crash(r.verdict) && !r.known; })) return kCrashed;
  if (any([](const CaseRecord& r) { return is_defect(r.verdict) && !r.known; })) return kWrong;
  if (!known_no_more(results).empty()) return kWrong;
  if (!any([](const CaseRecord& r) { return !std::holds_alternative<Refused>(r.verdict); }))
    return kNothingRan;
  if (strict &&
      any([](const CaseRecord& r) { return std::holds_alternative<Inconclusive>(r.measurement); }))
    return kUndecided;
  return kGood;
}

}  // namespace convgauge
