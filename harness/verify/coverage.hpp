// Which pairs of parameter values a set of random cases has met.
#pragma once
#include <cstdint>
#include <vector>

#include "verify/random_case.hpp"

namespace convgauge {

/// Every parameter falls into a few classes: 1, 2 and more groups; channels and sizes by what is
/// left of a vector of 8; ... A pair is a class of one parameter together with a class of another.
/// Not every pair is a legal convolution (circular padding cannot exceed the input), so that a
/// share of 1 is never reached.
class PairCoverage {
 public:
  PairCoverage();
  void add(const RandomCase& c);
  std::int64_t met() const { return met_; }
  std::int64_t of() const { return static_cast<std::int64_t>(seen_.size()); }

 private:
  std::vector<std::size_t> first_;  // of each pair of parameters: where its table begins
  std::vector<bool> seen_;
  std::int64_t met_ = 0;
};

}  // namespace convgauge
