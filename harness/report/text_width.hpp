// Columns of a terminal: the width of a UTF-8 text, cutting and padding to a width, and removing
// what would move the cursor.
#pragma once
#include <string>
#include <string_view>

#include "core/layers.hpp"

namespace convgauge::report {

/// Columns that a terminal gives `text`: East Asian wide characters take two, combining marks none.
int display_width(std::string_view text);

/// At most `width` columns; "…" ends what was cut.
std::string fit(std::string_view text, int width);
/// The same, but what is cut is the middle: what distinguishes names is often at their end.
std::string fit_middle(std::string_view text, int width);
std::string pad_left(std::string_view text, int width);
std::string pad_right(std::string_view text, int width);

/// Control characters (such as escape sequences in a plugin's output) and broken UTF-8 become "�";
/// newlines and tabs become spaces.
std::string clean(std::string_view text);

/// Cleaned, and broken between words into lines of at most `width` columns; ends with a newline.
std::string wrapped(const std::string& text, int width);

/// Wide enough for any text: nothing is broken.
inline constexpr int kAnyWidth = 1'000'000;

/// Lines that are too wide are broken between words; what follows is indented by two columns more
/// than its line. A word that is too wide by itself stays whole.
std::string folded(std::string_view lines, int width);

/// `lead` and a command on lines of at most `width` columns where words allow it, broken so that a
/// shell still reads it: with a backslash at the end of a line. Ends with a newline.
std::string folded_command(const std::string& lead, std::string_view command, int width);

/// Each line after so many spaces.
std::string indented(std::string_view lines, int spaces);

/// A line that begins with :: or ##[ is a command to some CI servers that show a program's output:
/// it gets a backslash before that.
std::string without_commands(std::string_view text);

/// Lines that hold texts of plugins and files, for a terminal or the log of a CI job: newlines and
/// tabs stay; a control character below 0x20 becomes "\x1b", others and broken UTF-8 "�"; and
/// without_commands().
std::string for_terminal(std::string_view text);

}  // namespace convgauge::report
