// A number that makes up a whole text.
#pragma once
#include <charconv>
#include <optional>
#include <string_view>

namespace convgauge {

/// Empty where the text is not a number of that type, is out of its range, or continues behind the
/// number.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const char* const last = text.data() + text.size();
  const auto [end, code] = std::from_chars(text.data(), last, value);
  return code == std::errc{} && end == last ? std::optional(value) : std::nullopt;
}

}  // namespace convgauge
