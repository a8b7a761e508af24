#include "report/regret.hpp"

#include <cmath>
#include <set>

#include "report/words.hpp"

namespace convgauge {
namespace {

/// The algorithm without a prefix that repeats the backend's name.
std::string short_name(const CaseRecord& record) {
  const auto prefix = record.backend + ".";
  const auto& name = record.requested_algorithm;
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

/// The measured cells of a family in a row: its own choice, and the fastest of all.
struct Contest {
  const Cell *own = nullptr, *best = nullptr;
  bool others = false;
};
Contest contest(const Row& row, const std::string& label) {
  Contest c;
  for (const auto& cell : row.cells) {
    if (!cell.time_ns || family(*cell.record) != label) continue;
    if ((cell.record->own_choice || cell.record->requested_algorithm == "default") && !c.own)
      c.own = &cell;
    else
      c.others = true;
    if (!c.best || cell.time_ns->median < c.best->time_ns->median) c.best = &cell;
  }
  return c;
}

Regret regret_of(const Group& group, const std::string& label) {
  Regret regret{label, 0, 1, 1, "", ""};
  double logs = 0;
  for (const auto& row : group.rows) {
    const auto [own, best, others] = contest(row, label);
    if (!own || !others) continue;
    ++regret.layers;
    const double ratio = own->time_ns->median / best->time_ns->median;
    logs += std::log(ratio);
    if (ratio <= regret.worst) continue;
    regret.worst = ratio;
    regret.worst_row = row_name(*row.problem);
    regret.better = short_name(*best->record);
  }
  if (regret.layers > 0) regret.mean = std::exp(logs / regret.layers);
  return regret;
}

}  // namespace

std::vector<Regret> regrets(const Group& group) {
  std::set<std::string> labels;
  for (const auto& row : group.rows)
    for (const auto& cell : row.cells)
      if (cell.record) labels.insert(family(*cell.record));
  std::vector<Regret> all;
  for (const auto& label : labels)
    if (auto regret = regret_of(group, label); regret.layers > 0) all.push_back(std::move(regret));
  return all;
}

}  // namespace convgauge
