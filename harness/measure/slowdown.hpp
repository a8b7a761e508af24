// When a gate suspects a case of being slower than a stored baseline, and when it accuses one that
// it measured again.
#pragma once
#include <span>
#include <vector>

#include "measure/evidence.hpp"
#include "measure/measurement.hpp"

namespace convgauge {

/// What a gate must find, and below which a change is none.
inline constexpr double kGateFinds = 0.05, kGateMargin = 0.01;

/// A round of the gate is a fresh process of each side and eight mirrored samples of each (A B, B
/// A, ...), of which each side's least counts: what disturbs only ever adds. Luck with placement is
/// a process's own, and stays for its life (the reference on a 700 ns problem was 4.7% slower than
/// itself over three processes): only rounds of processes of their own are independent.
inline constexpr int kGateRounds = 21, kGateSamples = 8, kGateProcesses = kGateRounds;

/// log(candidate / baseline) of every case that both runs timed, in their order → which of them are
/// suspects: all that the stored baseline cannot clear. Times of two runs differ by more than their
/// intervals say (a machine drifts, each case's by its own amount), so the measure is how much the
/// cases of these very runs scatter: a case is cleared where a slowdown of 5% is ruled out by two
/// deviations (97.5%, were the scatter normal). The deviation is 1.4826 times the median absolute
/// one, so that slower cases do not hide themselves; a machine that was faster as a whole does not
/// either. With fewer than 8 cases there is no scatter to tell, and all are suspects.
std::vector<bool> suspects(std::span<const double> log_ratios);

/// A suspect measured again, both sides in one run.
struct Slowdown {
  MedianInterval ratio;  // candidate over baseline, of the least of each round
  double p = 1;          // one-sided, of "no more than 1% slower"
  int rounds = 0;
};
/// A process with fewer samples than a round has is one round; what is left over of whole rounds is
/// dropped. Without a round, p is 1.
Slowdown slowdown(const Measured& candidate, const Measured& baseline, RankLaws& laws);

/// Whether each is accused: its 99% interval lies above 1%, and all accusations of the run together
/// are wrong with probability 5% at most (Holm).
std::vector<bool> accused(std::span<const Slowdown> slowdowns);

}  // namespace convgauge
