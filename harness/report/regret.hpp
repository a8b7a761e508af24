// What a backend's own choice of algorithm costs against its best one.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "report/model.hpp"

namespace convgauge {

/// One layer of one family: its own choice, and the algorithm of the family that was fastest on odd
/// rounds.
struct RowRegret {
  const CaseRecord *own = nullptr, *best = nullptr;
  /// Own time / best time on even rounds, so that luck in the choice does not enter; its interval
  /// at 95%, for half of 15 rounds has none at 99%. 1 where best is own.
  MedianInterval ratio;
};

struct Regret {
  std::string label;
  int layers = 0;  // where its own choice and at least one other were measured
  double mean = 1,
         worst = 1;  // own time / best time: geometric mean weighted by count, and the largest
  std::string worst_row, better;  // where the largest is, and the algorithm that was better there
  MedianInterval interval{};      // of the mean, at 95%
  std::vector<RowRegret> rows{};
};
/// One for every family with its own choice and others, in the order of the columns.
std::vector<Regret> regrets(const Group& group);

/// Of every case that is its backend's own choice and has others beside it. `results` must outlive
/// what is returned.
std::map<const CaseRecord*, RowRegret> regrets_by_case(const Results& results);

}  // namespace convgauge
