#include "report/regret.hpp"

#include <algorithm>

#include "core/layers.hpp"
#include "measure/many.hpp"
#include "report/rounds.hpp"
#include "report/words.hpp"

namespace convgauge::report {
namespace {

/// The algorithm of a case as a column names it: without the backend's name before it.
std::string short_algorithm(const CaseRecord& record) {
  const auto& name = record.algorithm ? record.algorithm->name : record.requested_algorithm;
  const auto prefix = record.backend + ".";
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

/// As in decide(), but for one case, whose fellows have as many samples.
Measured samples_of(const CaseRecord& record, Half half) {
  const auto& all = *ranked(record);
  return half_of(all, all.samples_ns.size() < kLeastToHalve ? Half::all : half);
}

double chosen_by(const CaseRecord& record) {
  return median(samples_of(record, Half::choosing).samples_ns);
}

/// The ranked cases of one family in a row.
std::vector<const CaseRecord*> members(const Row& row, const std::string& family) {
  std::vector<const CaseRecord*> found;
  for (const auto& cell : row.cells)
    if (cell.time_ns && family_of(*cell.record) == family) found.push_back(cell.record);
  return found;
}

/// Empty where its own choice was not timed, or nothing else of the family was.
std::optional<RowRegret> regret_of(const Row& row, const std::string& family) {
  const auto all = members(row, family);
  const auto own =
      std::find_if(all.begin(), all.end(), [](const CaseRecord* r) { return r->own_choice; });
  if (own == all.end() || all.size() < 2) return std::nullopt;
  const auto* best = *own;  // where two are equally fast there is no regret
  for (const auto* record : all)
    if (chosen_by(*record) < chosen_by(*best)) best = record;
  return RowRegret{*own, best, {1, 1, 1, 1}};
}

/// The evidence of the ratio on even rounds; empty where no round is common.
std::optional<RatioEvidence> evidence_of(const RowRegret& regret, RankLaws& laws) {
  const auto common = common_rounds(samples_of(*regret.own, Half::reporting),
                                    samples_of(*regret.best, Half::reporting));
  if (common.a.empty()) return std::nullopt;
  return paired_evidence(common.a, common.b, laws);
}

Regret family_regret(const Group& group, const std::string& family) {
  Regret regret{family, 0, 1, 1, "", ""};
  RankLaws laws;
  GeometricMean mean;
  for (const auto& row : group.rows) {
    auto one = regret_of(row, family);
    const auto evidence = one ? evidence_of(*one, laws) : std::nullopt;
    if (!evidence) continue;
    mean.add(*evidence, static_cast<double>(std::max<std::int64_t>(1, row.problem->count)));
    if (one->best != one->own) one->ratio = ratio_interval(*evidence);
    if (one->ratio.median > regret.worst) {
      regret.worst = one->ratio.median;
      regret.worst_row = row_name(*row.problem);
      regret.better = short_algorithm(*one->best);
    }
    regret.rows.push_back(*one);
  }
  regret.layers = static_cast<int>(regret.rows.size());
  if (mean.cases() > 0) regret.interval = mean.result();
  if (mean.cases() > 0) regret.mean = regret.interval.median;
  return regret;
}

}  // namespace

std::vector<Regret> regrets(const Group& group) {
  std::vector<std::string> families;
  for (const auto& row : group.rows)
    for (const auto& cell : row.cells)
      if (cell.record &&
          std::find(families.begin(), families.end(), family_of(*cell.record)) == families.end())
        families.push_back(family_of(*cell.record));
  std::vector<Regret> all;
  for (const auto& family : families)
    if (auto regret = family_regret(group, family); regret.layers > 0)
      all.push_back(std::move(regret));
  return all;
}

std::map<const CaseRecord*, RowRegret> regrets_by_case(const Results& results) {
  std::map<const CaseRecord*, RowRegret> all;
  for (const auto& group : arrange(results))
    for (const auto& regret : regrets(group))
      for (const auto& row : regret.rows) all.emplace(row.own, row);
  return all;
}

}  // namespace convgauge::report
