// Maxima or sums over ranges of a line ("folds"), without subtraction: differences of prefix sums
// would lose small values beside a large one. Level k holds the fold of every 2^k neighbours; the
// fold of a range combines a few entries of these levels.
#pragma once
#include <cstdint>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::verify {

/// `Fold` is associative and commutative, with zero as its neutral element: values are not
/// negative.
template <class Fold>
class RangeTable {
 public:
  /// Prepares folds of ranges of up to `longest` entries of `line`.
  void build(const double* line, std::int64_t size, std::int64_t longest) {
    levels_.resize(1);
    levels_[0].assign(line, line + size);
    for (std::int64_t width = 2; width <= longest && width <= size; width *= 2) {
      const auto& below = levels_.back();
      std::vector<double> level(static_cast<std::size_t>(size - width + 1));
      for (std::size_t i = 0; i < level.size(); ++i)
        level[i] = Fold{}(below[i], below[i + static_cast<std::size_t>(width / 2)]);
      levels_.push_back(std::move(level));
    }
  }
  /// The fold of entries first ... last.
  double operator()(std::int64_t first, std::int64_t last) const {
    double all = 0;
    for (auto k = levels_.size(); k-- > 0;)
      while (last - first + 1 >= std::int64_t{1} << k) {
        all = Fold{}(all, levels_[k][static_cast<std::size_t>(first)]);
        first += std::int64_t{1} << k;
      }
    return all;
  }

 private:
  std::vector<std::vector<double>> levels_;
};

struct Larger {
  double operator()(double a, double b) const { return a > b ? a : b; }
};
struct Sum {
  double operator()(double a, double b) const { return a + b; }
};

}  // namespace convgauge::verify
