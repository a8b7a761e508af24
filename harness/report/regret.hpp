// What a backend's own choice of algorithm costs against its best one.
#pragma once
#include <string>
#include <vector>

#include "report/model.hpp"

namespace convgauge {

struct Regret {
  std::string label;
  int layers = 0;                 // where its own choice and at least one other were measured
  double mean = 1, worst = 1;     // own time / best time: geometric mean, and the largest
  std::string worst_row, better;  // where the largest is, and the algorithm that was better there
};
/// One for every label with its own choice and others.
std::vector<Regret> regrets(const Group& group);

}  // namespace convgauge
