#include "record/attempts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/layers.hpp"
#include "core/problem_text.hpp"

namespace convgauge::record {

std::string problem_name(const Problem& problem) {
  if (problem.name.empty()) return short_text(problem.geometry);
  return problem.suite.empty() ? problem.name : fmt::format("{}.{}", problem.suite, problem.name);
}

void Attempts::add(const Position& position, Span span, std::int64_t line, std::string name) {
  if (all_.empty() || all_.back().problem != position.problem || position.index <= last_index_)
    all_.push_back({position.problem, 0, position.cases, line, span, std::move(name)});
  ++all_.back().lines;
  all_.back().span.end = span.end;
  last_index_ = position.index;
}

std::vector<Attempt> that_count(std::vector<Attempt> attempts) {
  // Of equal problems the one that counts comes last.
  std::stable_sort(attempts.begin(), attempts.end(), [](const Attempt& a, const Attempt& b) {
    return a.problem != b.problem ? a.problem < b.problem : a.whole() < b.whole();
  });
  std::vector<Attempt> kept;
  for (auto& attempt : attempts) {
    if (!kept.empty() && kept.back().problem == attempt.problem)
      kept.back() = std::move(attempt);
    else
      kept.push_back(std::move(attempt));
  }
  return kept;
}

}  // namespace convgauge::record
