// A number that is the whole of a text.
#pragma once
#include <charconv>
#include <optional>
#include <string_view>

namespace convgauge {

/// Empty where the text is no number of that type, is too large for it, or has more behind it.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const char* const last = text.data() + text.size();
  const auto [end, code] = std::from_chars(text.data(), last, value);
  return code == std::errc{} && end == last ? std::optional(value) : std::nullopt;
}

}  // namespace convgauge
