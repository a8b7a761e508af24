// The Winograd matrices of a set of points, in exact rationals, and how much they amplify rounding.
#pragma once
#include "core/expected.hpp"
#include "verify/algorithm.hpp"

namespace convgauge {

/// amp = |A| |G| |B| of F(m, r) on one axis (see README.md), from matrices that are built by
/// Cook-Toom from the axis's points and proven: sum_k A[i][k] G[k][j] B[k][l] = [i + j == l] in
/// exact arithmetic. An error names what is wrong with the points (their number, a double one,
/// overflow). 1 where the axis is not transformed.
Expected<double> amplification(const WinogradAxis& axis);

/// amp of the classical points 0, 1, -1, 2, -2, 1/2, -1/2, 3, ... for (m, r): the cap.
double classical_amplification(int m, int r);

/// Of both axes, capped by the classical set; the classical set's where the points are not known.
Expected<double> amplification(const Algorithm& algorithm);

}  // namespace convgauge
