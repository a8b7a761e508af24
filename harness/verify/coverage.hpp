// Which pairs of parameter values a set of random cases covers.
#pragma once
#include <cstdint>
#include <vector>

#include "core/layers.hpp"
#include "verify/random_case.hpp"

namespace convgauge::verify {

/// The values of every parameter fall into a few classes: 1, 2 and more groups; channels and sizes
/// by their remainder modulo a vector of 8; ... A pair is a class of one parameter together with a
/// class of another. Not every pair is a legal convolution (circular padding cannot exceed the
/// input), so no set of cases meets all pairs.
class PairCoverage {
 public:
  PairCoverage();
  void add(const RandomCase& c);
  std::int64_t met() const { return met_; }
  std::int64_t of() const { return static_cast<std::int64_t>(seen_.size()); }

 private:
  std::vector<std::size_t> first_;  // for each pair of parameters, where its flags in seen_ begin
  std::vector<bool> seen_;
  std::int64_t met_ = 0;
};

}  // namespace convgauge::verify
