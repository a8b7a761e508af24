#include "report/regret.hpp"

#include <cmath>

#include "report/words.hpp"

namespace convgauge {
namespace {

Regret regret_of(const Group& group, std::size_t own) {
  Regret regret{group.columns[own].family, 0, 1, 1, "", ""};
  double logs = 0;
  for (const auto& row : group.rows) {
    if (!row.cells[own].time_ns) continue;
    const double own_ns = row.cells[own].time_ns->median;
    double best_ns = own_ns;
    bool others = false;
    std::size_t best = own;
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      if (c == own || group.columns[c].family != regret.label || !row.cells[c].time_ns) continue;
      others = true;
      if (row.cells[c].time_ns->median < best_ns) best_ns = row.cells[best = c].time_ns->median;
    }
    if (!others) continue;
    ++regret.layers;
    logs += std::log(own_ns / best_ns);
    if (own_ns / best_ns <= regret.worst) continue;
    regret.worst = own_ns / best_ns;
    regret.worst_row = row_name(*row.problem);
    regret.better = group.columns[best].variant;
  }
  if (regret.layers > 0) regret.mean = std::exp(logs / regret.layers);
  return regret;
}

}  // namespace

std::vector<Regret> regrets(const Group& group) {
  std::vector<Regret> all;
  for (std::size_t c = 0; c < group.columns.size(); ++c) {
    if (!group.columns[c].variant.empty()) continue;
    auto regret = regret_of(group, c);
    if (regret.layers > 0) all.push_back(std::move(regret));
  }
  return all;
}

}  // namespace convgauge
