// When a case's time stepped, told from its medians over several runs. Pure: logarithms in, steps
// out.
//
// Runs made at different times differ by more than their intervals say: the machine drifts, the
// whole of it and each case by its own amount. So the measure of a step is how much the cases that
// nothing was changed for (the controls) moved between the same two runs:
//
//   moved(b)    median over the controls of log(after / before) across boundary b; taken out of
//   every case scatter(b)  1.4826 x their median absolute deviation from it; with fewer than 8
//   controls that of all boundaries
//               together; with fewer than 8 in all, 3%. The same of the moves over each case's own
//               half interval, times the case's half interval, where that is more: cases are not
//               equally quiet
//
// A series is split where its halves differ most, each of two runs at least where it has four (one
// disturbed run is no step), and the split is a step where all of this holds:
//   1. the intervals do not meet: the median lower end on one side lies above the median upper end
//      on the other;
//   2. the ratio of the medians is beyond 1%, and beyond the noise floors of the two runs;
//   3. it is beyond z x scatter, z such that all boundaries of all cases together raise a false
//      alarm in 5% of histories, were the scatter Student's with 0.37 degrees of freedom for each
//      control (the efficiency of the median absolute deviation), 8 at most: machines have tails.
//      Of fewer than four runs 4 at most, and a step is a hint.
// Then each half is searched in the same way. tests/unit/report/history_test.cpp replays recorded
// drift of a shared machine, whose medians of 15 samples scatter by 5 to 16% from run to run, and
// prints how often a step is told that is none, and how often one that is.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace convgauge {

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
  double ratio = 1;          // after / before, the machine's own move taken out: above 1 is slower
  double low = 1, high = 1;  // of the ratio, by the ends of the intervals
};

/// What the machine itself did between two runs.
struct Boundary {
  double moved = 1;    // ratio
  int controls = 0;    // fewer than 8: moved is not known, and taken to be 1
  double scatter = 0;  // of a typical case
};

struct Steps {
  std::vector<std::vector<Step>> of_series;  // in order of the runs
  std::vector<Boundary> boundaries;          // one fewer than there are runs
};

/// Controls that are enough to tell a median and a scatter from.
inline constexpr int kLeastControls = 8;
/// Medians of 15 to 21 samples against stored ones were more than 5% off in 7 to 8.5% of
/// comparisons without a change (table in harness/measure/README.md): a deviation of 2.9%.
inline constexpr double kAssumedScatter = 0.03;
/// The share of histories without any step in which one may be told.
inline constexpr double kFalseHistories = 0.05;

/// From as many runs on a level must hold for two. In fewer a step is a hint: 7 to 9% of unchanged
/// histories of three runs of recorded drift told one.
inline constexpr std::size_t kEnoughRuns = 4;

/// `noise_floors`: of each run, 0.006 is 0.6%; 0 where it was not measured. Every series has as
/// many runs.
Steps find_steps(std::span<const StepSeries> series, std::span<const double> noise_floors);

}  // namespace convgauge
