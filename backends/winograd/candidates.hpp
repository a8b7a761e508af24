// Which algorithms F(m x m, r x r) can compute a problem, what each is estimated to cost, and which
// one is the default.
#pragma once
#include <string>
#include <vector>

#include "plan.hpp"

namespace convgauge::backends::winograd {

/// Option `accuracy`: how much rounding may be amplified by the default algorithm (all can be asked
/// for by name).
enum class Accuracy { strict, balanced, fast };
Accuracy accuracy_of(const cvg_settings& settings);

/// Throws cvg::Refused, with the reason, where Winograd saves nothing or no F(m, r) here fits.
void refuse_what_winograd_cannot(const cvg_spec& spec);

/// Every algorithm for this problem, the default first, then in the order of F(m, r). Not empty
/// unless refuse_what_winograd_cannot() refuses the problem.
std::vector<Choice> choices(const cvg_spec& spec, const cvg_settings& settings,
                            const Kernels& kernels);

/// The algorithm's name, such as "winograd.f4x4_3x3", its points and its class.
cvg_algorithm describe(const Choice& choice);

/// |A| |G| |B| of both axes (points.hpp).
double amplification(const Choice& choice);

/// Estimated nanoseconds of an execution: only ratios count.
double estimated_cost(const Plan& plan);

}  // namespace convgauge::backends::winograd
