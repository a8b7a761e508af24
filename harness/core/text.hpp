// Numbers, times and counts as people read them: the same in every message and report.
#pragma once
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace convgauge {

/// "305 µs": `digits` significant digits, 3 or more, in the unit that leaves 1 to 3 before the
/// point; below 1 ns as many decimals as from 1 ns on.
std::string time_text(double ns, int digits = 3);

/// `digits` significant digits without an exponent; a value from 1000 up keeps its whole part.
std::string significant(double value, int digits = 3);

/// "1 thread", "2 threads".
std::string counted(std::int64_t count, std::string_view noun);

/// "html, md and svg": `last` stands before the last of several.
std::string enumerated(std::span<const std::string_view> words, std::string_view last);

/// The whole of `text` as a number; empty where it is none, is too large, or has more behind it.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const char* const last = text.data() + text.size();
  const auto [end, code] = std::from_chars(text.data(), last, value);
  return code == std::errc{} && end == last ? std::optional(value) : std::nullopt;
}

/// "SIGSEGV", "SIGRTMIN+1"; "SIG99" where the system has no name for it.
std::string signal_name(int signal);

}  // namespace convgauge
