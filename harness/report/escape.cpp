#include "report/escape.hpp"

#include <algorithm>
#include <charconv>

#include "core/layers.hpp"
#include "report/text_width.hpp"

namespace convgauge::report {

std::string escape_markup(std::string_view text) {
  std::string all;
  for (const char c : clean(text)) switch (c) {
      case '&':
        all += "&amp;";
        break;
      case '<':
        all += "&lt;";
        break;
      case '>':
        all += "&gt;";
        break;
      case '"':
        all += "&quot;";
        break;
      case '\'':
        all += "&#39;";
        break;
      default:
        all += c;
    }
  return all;
}

std::string escape_markdown(std::string_view text) {
  std::string all;
  for (const char c : clean(text)) {
    if (c == '<')
      all += "&lt;";
    else if (c == '&')
      all += "&amp;";
    else if (c == '@')
      all += "&#64;";  // else a plugin's text could mention a user
    else if (std::string_view("|`*_[]\\#~>").find(c) != std::string_view::npos)
      all += std::string("\\") + c;
    else
      all += c;
  }
  return all;
}

std::string markdown_code(std::string_view text) {
  const auto one_line = clean(text);
  std::size_t longest = 0, run = 0;
  for (const char c : one_line) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string fence(longest + 1, '`');
  return longest == 0 ? fence + one_line + fence : fence + " " + one_line + " " + fence;
}

namespace {

/// Whether a spreadsheet would take the text for a formula. "-0.5" and "+1" are numbers.
bool is_formula(std::string_view text) {
  if (text.empty() || std::string_view("=+-@\t\r").find(text.front()) == text.npos) return false;
  if (text.front() != '-' && text.front() != '+') return true;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + (text.front() == '+'), end, value);
  return read.ec != std::errc{} || read.ptr != end;
}

}  // namespace

std::string escape_csv(std::string_view given) {
  const auto text = (is_formula(given) ? "'" : "") + std::string(given);
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string all = "\"";
  for (const char c : text) all += c == '"' ? std::string("\"\"") : std::string(1, c);
  return all + "\"";
}

}  // namespace convgauge::report
