// How much slower a backend's own choice of algorithm is than its best one.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "report/model.hpp"

namespace convgauge::report {

/// One layer of one family: its own choice, and the algorithm of the family that was fastest on the
/// choosing rounds (rounds.hpp).
struct RowRegret {
  const CaseRecord *own = nullptr, *best = nullptr;
  /// Own time / best time on the reporting rounds, at 99%. 1 where best is own.
  MedianInterval ratio;
};

struct Regret {
  std::string label;
  int layers = 0;  // where its own choice and at least one other were measured
  /// Own time / best time: geometric mean weighted by count, and the largest.
  double mean = 1, worst = 1;
  std::string worst_row, better;  // where the largest is, and the algorithm that was better there
  MedianInterval interval{};      // of the mean, at 99%
  std::vector<RowRegret> rows{};
};
/// One for every family with its own choice and others, in the order of the columns.
std::vector<Regret> regrets(const Group& group);

/// The regret of every case that is its backend's own choice, if other algorithms were measured
/// too. `results` must outlive what is returned.
std::map<const CaseRecord*, RowRegret> regrets_by_case(const Results& results);

}  // namespace convgauge::report
