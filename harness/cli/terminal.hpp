// What a person at a terminal sees: width, colour, progress, interrupts.
#pragma once
#include <chrono>
#include <string>

#include "core/layers.hpp"
#include "run/sweep.hpp"

namespace convgauge::cli {

/// Columns of standard output; 100 where it is not a terminal.
int terminal_width();
/// Whether to use colour on standard output: it is a terminal, and NO_COLOR is not set.
bool wants_colour();

/// On standard error: on a terminal a bar with the estimated time left, redrawn in place; elsewhere
/// a plain line every few seconds.
class ProgressBar {
 public:
  void show(const Progress& progress);
  /// Clears the bar, so that what is printed next starts on a clean line.
  void clear();

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_{};
  std::int64_t first_done_ = -1;
};

/// From now on Ctrl-C (and SIGTERM) only makes interrupted() true, which is checked between cases,
/// so that finished ones are kept and reported. A run that has not ended 0.7 s later, because a
/// plugin or the reference is in a long call, is ended then: its finished cases are in
/// results.jsonl. A second Ctrl-C ends the program at once.
void watch_interrupts();
/// The run is over: an interrupted one may take its time to write reports.
void leave_interrupts();
bool interrupted();

}  // namespace convgauge::cli
