// Enumerations that people write and read: each has its words in one table, in the order of its
// enumerators.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace convgauge {

/// Specialised beside each enumeration: `static constexpr std::array<std::string_view, N> words`,
/// and `what`, its name.
template <class E>
struct Words;

template <class E>
constexpr std::string_view word(E value) {
  return Words<E>::words.at(static_cast<std::size_t>(value));
}

template <class E>
constexpr std::optional<E> parse_word(std::string_view text) {
  for (std::size_t i = 0; i < Words<E>::words.size(); ++i)
    if (Words<E>::words[i] == text) return static_cast<E>(i);
  return std::nullopt;
}

/// "zeros, reflect, replicate or circular": for messages that name the rule.
template <class E>
std::string choices() {
  std::string all;
  constexpr auto count = Words<E>::words.size();
  for (std::size_t i = 0; i < count; ++i)
    all += std::string(i == 0           ? ""
                       : i + 1 == count ? " or "
                                        : ", ") +
           std::string(Words<E>::words[i]);
  return all;
}

}  // namespace convgauge
