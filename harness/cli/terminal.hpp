// What a person at a terminal sees: width, colour, progress, interrupts.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "cli/options.hpp"
#include "core/layers.hpp"
#include "run/sweep.hpp"

namespace convgauge::cli {

/// How wide texts on this descriptor are to be: $COLUMNS, where that is a number; else the columns
/// of the terminal that it is. At least 40. Empty where neither says: then a sentence is one line.
std::optional<int> columns_of(int descriptor);
/// The same of standard output; 100 where neither says.
int terminal_width();
/// Prints lines to standard output, broken to its width where one is known, and safe for a
/// terminal.
void say(const std::string& lines);
/// `head` in a column of its own and `text`, wrapped, beside it; below it where the head is too
/// long.
std::string beside(const std::string& head, const std::string& text, int column, int width);
/// Whether to use colour on standard output: as --color says; by itself where it is a terminal that
/// is not "dumb", and NO_COLOR (no-color.org) is not set.
bool wants_colour(const po::variables_map& values);

/// Whether this descriptor is a terminal that can move its cursor and show colours: not "dumb".
bool redraws(int descriptor);

/// On standard error: on such a terminal a bar with the rate of cases and the estimated time left,
/// redrawn in place; elsewhere a plain line every five seconds.
class ProgressBar {
 public:
  void show(const Progress& progress);
  /// A line above the bar that stays, cut to the width; elsewhere nothing.
  void line(const std::string& text);
  /// Clears the bar, so that what is printed next starts on a clean line.
  void clear();

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_{};
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
