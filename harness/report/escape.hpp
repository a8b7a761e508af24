// Other people's texts inside HTML, XML, Markdown and CSV.
#pragma once
#include <string>
#include <string_view>

namespace convgauge {

/// For HTML text and for XML 1.0 text and attributes: & < > " '; what XML cannot hold (controls,
/// broken UTF-8) is "�".
std::string escape_markup(std::string_view text);

/// For a cell of a Markdown table: one line, nothing in it means anything to Markdown or HTML.
std::string escape_markdown(std::string_view text);

/// As inline code: `text`, fenced by more backticks than it holds.
std::string markdown_code(std::string_view text);

/// RFC 4180: quoted where it holds a comma, a quote or a line break.
std::string escape_csv(std::string_view text);

}  // namespace convgauge
