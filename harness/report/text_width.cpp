#include "report/text_width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include "core/layers.hpp"

namespace convgauge::report {
namespace {

struct Character {
  std::uint32_t code = 0;  // 0xFFFD where the bytes are no character of UTF-8 and of XML 1.0
  std::size_t bytes = 1;
};

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const auto lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {0xFFFD, 1};
  std::uint32_t code = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0xFFFD, 1};
    code = code << 6 | (byte(i) & 0x3F);
  }
  // Of codes that have a shorter form, surrogates, codes above the last one, and the two that XML
  // 1.0 excludes (its production Char), none may stand in a document.
  constexpr std::uint32_t kFirst[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool legal = code >= kFirst[bytes] && !(code >= 0xD800 && code <= 0xDFFF) &&
                     code <= 0x10FFFF && code != 0xFFFE && code != 0xFFFF;
  return {legal ? code : 0xFFFD, bytes};
}

struct Range {
  std::uint32_t first, last;
};
template <std::size_t N>
bool in(const Range (&ranges)[N], std::uint32_t code) {
  for (const auto& range : ranges)
    if (code >= range.first && code <= range.last) return true;
  return false;
}

// Ranges of Unicode's EastAsianWidth.txt (W and F), and of its combining and format characters;
// only roughly, as in terminals.
constexpr Range kWide[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr Range kNoWidth[] = {
    {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x200B, 0x200F}, {0x202A, 0x202E},
    {0x2060, 0x206F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};

int width_of(std::uint32_t code) {
  return in(kNoWidth, code) ? 0 : in(kWide, code) ? 2 : 1;
}

bool control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const auto character = first_character(text);
    width += width_of(character.code);
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string fit(std::string_view text, int width) {
  if (display_width(text) <= width) return std::string(text);
  if (width <= 0) return "";
  std::size_t end = 0;
  int used = 1;  // the ellipsis
  while (end < text.size()) {
    const auto character = first_character(text.substr(end));
    used += width_of(character.code);
    if (used > width) break;
    end += character.bytes;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string fit_middle(std::string_view text, int width) {
  if (display_width(text) <= width) return std::string(text);
  const int tail = std::max(0, width / 2 - 1);
  std::size_t start = text.size();
  int used = 0;
  while (start > 0) {
    auto before = start - 1;
    while (before > 0 && (static_cast<unsigned char>(text[before]) & 0xC0) == 0x80) --before;
    used += display_width(text.substr(before, start - before));
    if (used > tail) break;
    start = before;
  }
  const auto end = text.substr(start);
  return fit(text.substr(0, start), width - display_width(end)) + std::string(end);
}

std::string pad_left(std::string_view text, int width) {
  const int missing = width - display_width(text);
  return std::string(static_cast<std::size_t>(missing > 0 ? missing : 0), ' ') + std::string(text);
}

std::string pad_right(std::string_view text, int width) {
  const int missing = width - display_width(text);
  return std::string(text) + std::string(static_cast<std::size_t>(missing > 0 ? missing : 0), ' ');
}

std::string clean(std::string_view text) {
  std::string all;
  while (!text.empty()) {
    const auto character = first_character(text);
    const bool space = character.code == '\n' || character.code == '\t';
    if (space)
      all += ' ';
    else if (control(character.code) || character.code == 0xFFFD)
      all += "\uFFFD";
    else
      all += text.substr(0, character.bytes);
    text.remove_prefix(character.bytes);
  }
  return all;
}

std::string for_terminal(std::string_view text) {
  std::string all;
  while (!text.empty()) {
    const auto character = first_character(text);
    if (character.code == '\n' || character.code == '\t')
      all += static_cast<char>(character.code);
    else if (character.code < 0x20)
      all += fmt::format("\\x{:02x}", character.code);
    else if (control(character.code) || character.code == 0xFFFD)
      all += "\uFFFD";
    else
      all += text.substr(0, character.bytes);
    text.remove_prefix(character.bytes);
  }
  return without_commands(all);
}

std::string without_commands(std::string_view text) {
  std::string all;
  bool at_start = true;  // of a line, or after spaces only
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto rest = text.substr(i);
    if (at_start && (rest.starts_with("::") || rest.starts_with("##["))) all += '\\';
    all += text[i];
    at_start = text[i] == '\n' || (at_start && (text[i] == ' ' || text[i] == '\t'));
  }
  return all;
}

namespace {

/// The end of the word that begins at `at`, after the spaces before it. In a command, spaces
/// between quotes end no word.
std::size_t word_end(std::string_view line, std::size_t at, bool command) {
  at = std::min(line.find_first_not_of(' ', at), line.size());
  char quote = 0;
  for (; at < line.size() && (quote != 0 || line[at] != ' '); ++at) {
    if (!command || (line[at] != '\'' && line[at] != '"')) continue;
    if (quote == 0)
      quote = line[at];
    else if (quote == line[at])
      quote = 0;
  }
  return at;
}

/// The end of what stays on one line: a word; in a command, an option with its value.
std::size_t part_end(std::string_view line, std::size_t at, bool command) {
  const auto end = word_end(line, at, command);
  const auto start = std::min(line.find_first_not_of(' ', at), end);
  if (!command || !line.substr(start, end - start).starts_with("--")) return end;
  const auto next = line.find_first_not_of(' ', end);
  return next == std::string_view::npos || line[next] == '-' ? end : word_end(line, end, command);
}

/// Breaks one line at spaces. Each line but the last has `tail` behind it, each but the first
/// `indent` before it.
std::string broken(std::string_view line, int width, const std::string& indent,
                   std::string_view tail) {
  const auto start = std::min(line.find_first_not_of(' '), line.size());
  std::string all(line.substr(0, start));
  int used = static_cast<int>(start);
  bool first = true;
  for (std::size_t at = start; at < line.size();) {
    const auto end = part_end(line, at, !tail.empty());
    const auto part = line.substr(at, end - at);
    const int room = width - (end < line.size() ? display_width(tail) : 0);
    if (!first && used + display_width(part) > room) {
      const auto word = part.substr(std::min(part.find_first_not_of(' '), part.size()));
      all += std::string(tail) + "\n" + indent + std::string(word);
      used = static_cast<int>(indent.size()) + display_width(word);
    } else {
      all += part;
      used += display_width(part);
    }
    first = false;
    at = end;
  }
  return all;
}

}  // namespace

std::string folded(std::string_view lines, int width) {
  std::string all;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    const auto line = lines.substr(0, end);
    const auto start = std::min(line.find_first_not_of(' '), line.size());
    all += display_width(line) <= width ? std::string(line)
                                        : broken(line, width, std::string(start + 2, ' '), "");
    if (end == std::string_view::npos) break;
    all += '\n';
    lines.remove_prefix(end + 1);
  }
  return all;
}

std::string folded_command(const std::string& lead, std::string_view command, int width) {
  const auto start = std::min(lead.find_first_not_of(' '), lead.size());
  const auto line = lead + std::string(command);
  return (display_width(line) <= width ? line
                                       : broken(line, width, std::string(start + 4, ' '), " \\")) +
         "\n";
}

std::string indented(std::string_view lines, int spaces) {
  std::string all;
  bool at_start = true;
  for (const char c : lines) {
    if (at_start) all.append(static_cast<std::size_t>(spaces), ' ');
    all += c;
    at_start = c == '\n';
  }
  return all;
}

std::string wrapped(const std::string& text, int width) {
  std::string out, line;
  std::size_t from = 0;
  const auto words = clean(text) + " ";
  for (auto end = words.find(' '); end != words.npos; from = end + 1, end = words.find(' ', from)) {
    const auto word = words.substr(from, end - from);
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width)
      out += std::exchange(line, "") + "\n";
    line += (line.empty() ? "" : " ") + word;
  }
  return out + line + "\n";
}

}  // namespace convgauge::report
