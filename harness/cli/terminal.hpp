// What a person at a terminal sees: width, colour, progress, interrupts.
#pragma once
#include <chrono>
#include <string>

#include "run/sweep.hpp"

namespace convgauge::cli {

/// Columns of standard output; 100 where it is no terminal.
int terminal_width();
/// Whether standard output wants colour: a terminal, and NO_COLOR not set.
bool wants_colour();

/// On a terminal a bar with an ETA, redrawn in place; elsewhere a plain line every few seconds.
/// Standard error.
class ProgressBar {
 public:
  void show(const Progress& progress);
  /// Clears the bar, so that what is printed next starts on a clean line.
  void clear();

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_{};
  std::int64_t first_done_ = -1;
};

/// Ctrl-C is noted and asked for between problems: what is finished stays. A second one ends at
/// once.
void watch_interrupts();
bool interrupted();

}  // namespace convgauge::cli
