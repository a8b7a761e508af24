// When a gate suspects a case of being slower than a stored baseline, and when it accuses one that
// it measured again.
#pragma once
#include <span>
#include <vector>

#include "core/layers.hpp"
#include "measure/evidence.hpp"
#include "measure/measurement.hpp"

namespace convgauge::measure {

/// The slowdown that a gate must find, and the largest that counts as no change.
inline constexpr double kGateFinds = 0.05, kGateMargin = 0.01;

/// A round of the gate is a fresh process of each side and eight mirrored samples of each (A B, B
/// A, ...). It uses each side's minimum, since noise only adds. How memory and threads happen to be
/// placed differs between processes and stays for the life of each (the reference on a 700 ns
/// problem was 4.7% slower than itself over three processes), so only rounds in fresh processes are
/// independent.
inline constexpr int kGateRounds = 21, kGateSamples = 8, kGateProcesses = kGateRounds;

/// Takes log(candidate / baseline) of every case that both runs timed; returns, in the same order,
/// which cases are suspects: all that the stored baseline cannot clear. Times of two runs differ by
/// more than their intervals say, because a machine drifts, and by another amount for each case.
/// The measure is therefore how much the cases of these two runs scatter: a case is cleared where a
/// slowdown of 5% is ruled out with 99.5%, by the quantile of Student's t, if the scatter is
/// normal. Its degrees of freedom are 0.37 (n - 1), since a median absolute deviation knows as much
/// of a normal scatter as a standard deviation of 0.37 n values (Huber, Robust Statistics,
/// 1981, 5.1). The deviation is 1.4826 times the median absolute deviation, so that slower cases do
/// not hide themselves by widening it; neither does a machine that was faster as a whole. With
/// fewer than 8 cases the scatter cannot be estimated, and all are suspects.
std::vector<bool> suspects(std::span<const double> log_ratios);

/// A suspect that was measured again, both sides in one run.
struct Slowdown {
  MedianInterval ratio;  // candidate over baseline, by the minimum of each round
  double p = 1;          // one-sided, of "no more than 1% slower"
  int rounds = 0;
};
/// A process with fewer samples than a round has counts as one round; samples beyond whole rounds
/// are dropped. With no round at all, p is 1.
Slowdown slowdown(const Measured& candidate, const Measured& baseline, RankLaws& laws);

/// What the gate can say of a case.
enum class SlowdownAnswer { slower, not_slower, not_told };

/// The answer for each. Slower: its 99% interval lies above 1%, and all accusations of the run
/// together are wrong with probability 5% at most (Holm). Not slower: a slowdown of 5% is ruled
/// out, since the interval ends below it. Not told: neither; so with fewer than 8 rounds, which
/// have no interval.
std::vector<SlowdownAnswer> answers(std::span<const Slowdown> slowdowns);

}  // namespace convgauge::measure
