// Escapes texts that come from elsewhere, for HTML, XML, Markdown and CSV.
#pragma once
#include <string>
#include <string_view>

#include "core/layers.hpp"

namespace convgauge::report {

/// For HTML text and for XML 1.0 text and attributes: & < > " '; what XML cannot hold (control
/// characters, broken UTF-8) becomes "�".
std::string escape_markup(std::string_view text);

/// For a cell of a Markdown table: one line, without anything that Markdown or HTML would
/// interpret.
std::string escape_markdown(std::string_view text);

/// As inline code: `text`, fenced by more backticks than it holds.
std::string markdown_code(std::string_view text);

/// RFC 4180: quoted where it holds a comma, a quote or a line break. A text that a spreadsheet
/// would take for a formula (it begins with = + - @, tab or CR, and is no number) gets an
/// apostrophe.
std::string escape_csv(std::string_view text);

}  // namespace convgauge::report
