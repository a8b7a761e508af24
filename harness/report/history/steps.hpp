// When a case's time made a step (a lasting change), judged from its medians over several runs.
// Pure: logarithms of times in, steps out.
//
// Runs made at different times differ by more than their intervals say: the speed of the machine
// drifts, as a whole and for each case by its own amount. So a step is measured against the moves
// of the controls: the cases for which nothing was changed between the same two runs.
//
//   moved(b)    median over the controls of log(after / before) across boundary b, between two
//               neighbouring runs; it is subtracted from every case
//   scatter(b)  1.4826 x the controls' median absolute deviation from moved(b). With fewer than 8
//               controls: from those of all boundaries together; with fewer than 8 in all: 3%.
//               Cases are not equally quiet, so the same is computed from the moves divided by half
//               of each case's own interval, and multiplied by that of the case; the larger counts
//
// A series is split where the two sides differ most. Each side has at least two runs if the history
// has four or more (one disturbed run is no step). The split is a step if all of this holds:
//   1. the intervals do not overlap: the median lower end on one side lies above the median upper
//      end on the other;
//   2. the ratio of the medians exceeds 1%, and the noise floors of the two runs;
//   3. it exceeds z x scatter. z is such that all boundaries of all cases together raise a false
//      alarm in 5% of histories, if the scatter followed Student's t with 0.37 degrees of freedom
//      for each control (the efficiency of the median absolute deviation), at most 8, because moves
//      of a machine have long tails. With fewer than four runs at most 4, and a step is only a
//      hint.
// Then each side is searched in the same way. tests/unit/report/history_test.cpp replays recorded
// drift of a shared machine, whose medians of 15 samples scatter by 5 to 16% from run to run, and
// prints how often a step is reported where there is none, and how often where there is one.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/layers.hpp"

namespace convgauge::report {

/// Logarithms of a run's median and of its interval's ends.
struct LogTime {
  double median = 0, low = 0, high = 0;
};

struct StepSeries {
  std::vector<std::optional<LogTime>> runs;  // empty where this run has no time
  std::vector<bool> control;  // by boundary (run i to i + 1): nothing was changed for this case
};

struct Step {
  int from = 0, run = 0;     // the last run before it, the first after it
  double ratio = 1;          // after / before without the machine's own change: above 1 is slower
  double low = 1, high = 1;  // of the ratio, by the ends of the intervals
};

/// How the speed of the machine changed between two neighbouring runs.
struct Boundary {
  double moved = 1;    // ratio of the controls' times, after / before
  int controls = 0;    // fewer than 8: moved is not known, and taken to be 1
  double scatter = 0;  // of the logarithms, see above
};

struct Steps {
  std::vector<std::vector<Step>> of_series;  // in order of the runs
  std::vector<Boundary> boundaries;          // one fewer than there are runs
};

/// With fewer controls, median and scatter cannot be estimated.
inline constexpr int kLeastControls = 8;
/// Without a change, medians of 15 to 21 samples were more than 5% off the stored ones in 7 to 8.5%
/// of comparisons (table in harness/measure/README.md): a deviation of 2.9%.
inline constexpr double kAssumedScatter = 0.03;
/// Accepted share of histories without any step in which one is reported.
inline constexpr double kFalseHistories = 0.05;

/// With this many runs or more, a level must hold for two of them. With fewer, a step is only a
/// hint: 7 to 9% of unchanged histories of three runs of recorded drift reported one.
inline constexpr std::size_t kEnoughRuns = 4;

/// `noise_floors`: of each run, 0.006 is 0.6%; 0 where it was not measured. Every series has as
/// many runs.
Steps find_steps(std::span<const StepSeries> series, std::span<const double> noise_floors);

}  // namespace convgauge::report
