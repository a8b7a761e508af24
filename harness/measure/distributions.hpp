// The distributions that the tests and intervals use, by Boost.Math.
#pragma once
#include <cstddef>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::measure {

/// P(heads = k) of n fair coins, for k = 0 ... n.
std::vector<double> fair_coins(std::size_t n);

/// P(X <= x) of a normal distribution; deviation above 0.
double normal_cdf(double x, double mean, double deviation);

/// The x that a standard normal variable exceeds with probability `share`, 0 < share < 1.
double normal_beyond(double share);

/// The x that Student's t with this many degrees of freedom, 1 or more, exceeds with probability
/// `share`, 0 < share < 1.
double student_beyond(double share, int degrees);

}  // namespace convgauge::measure
