// The Winograd matrices of a set of points, in exact rationals, and how much they amplify rounding.
#pragma once
#include "core/expected.hpp"
#include "core/layers.hpp"
#include "verify/algorithm.hpp"

namespace convgauge::verify {

/// amp = |A| |G| |B| of F(m, r) on one axis (see README.md), from matrices that are built by
/// Cook-Toom from the axis's points and proven: sum_k A[i][k] G[k][j] B[k][l] = [i + j == l] in
/// exact arithmetic. Errors: a wrong number of points, an invalid or repeated point, overflow. 1
/// where the axis is not transformed.
Expected<double> amplification(const WinogradAxis& axis);

/// amp of the classical points 0, 1, -1, 2, -2, 1/2, -1/2, 3, ... for (m, r). It is the cap:
/// amplification(Algorithm) uses no more than this for an axis.
double classical_amplification(int m, int r);

/// The product over both axes: for each, amp of the declared points or the cap, whichever is
/// smaller; the cap where the plugin does not declare its points. Errors as above.
Expected<double> amplification(const Algorithm& algorithm);

/// How many times its own relative error a rounding of every transformed product is, relative to
/// the outputs, as root mean squares over random normal tensors: a product of point k has the
/// variance |G_k|^2 |B_k|^2 for each channel, output i sums A[i][k] of them, and consists of r
/// products of variance 1. Hence sqrt(1 / (m r) sum over i, k of A[i][k]^2 |G_k|_2^2 |B_k|_2^2) on
/// one axis. The product over both axes, declared or capped as above: errors too.
Expected<double> typical_amplification(const Algorithm& algorithm);

}  // namespace convgauge::verify
