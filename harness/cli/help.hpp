// What help and the man page say: written from the usages of the verbs.
#pragma once
#include <string>

#include "cli/options.hpp"
#include "core/layers.hpp"

namespace convgauge::cli {

/// Columns for help on standard output: at most 100.
int help_width();

/// What help calls the value of an option: "FILE", "N,...".
std::string shown_value(const Option& option);

/// The whole help of a verb: arguments, options by group with their defaults, exit codes, an
/// example. Lines are at most `width` columns wide where words allow it.
std::string help_text(const Usage& usage, int width);
/// The verbs by group, and the exit codes.
std::string overview(int width);
/// An error that names the nearest verb; `who`: the verb that was asked. Exit code 2.
int unknown_verb(const std::string& who, const std::string& name);
/// convgauge(1), for groff or mandoc.
std::string man_page();

}  // namespace convgauge::cli
