#include "measure/distributions.hpp"

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include "core/layers.hpp"

namespace convgauge::measure {
namespace {

namespace math = boost::math;

/// Computes in double, without promotion to long double: the noise of a time is far above the
/// precision of a double.
using Policy = math::policies::policy<math::policies::promote_double<false>>;
using Binomial = math::binomial_distribution<double, Policy>;
using Normal = math::normal_distribution<double, Policy>;
using Student = math::students_t_distribution<double, Policy>;

}  // namespace

std::vector<double> fair_coins(std::size_t n) {
  const Binomial coins(static_cast<double>(n), 0.5);
  std::vector<double> p(n + 1);
  for (std::size_t k = 0; k <= n; ++k) p[k] = math::pdf(coins, static_cast<double>(k));
  return p;
}

double normal_cdf(double x, double mean, double deviation) {
  return math::cdf(Normal(mean, deviation), x);
}

double normal_beyond(double share) {
  return math::quantile(math::complement(Normal(), share));
}

double student_beyond(double share, int degrees) {
  return math::quantile(math::complement(Student(degrees), share));
}

}  // namespace convgauge::measure
