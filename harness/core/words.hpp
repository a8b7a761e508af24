// Enumerations that people write and read: the words of each are in one table, in the order of its
// enumerators.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/text.hpp"

namespace convgauge {

/// Specialised next to each enumeration: `words`, a constexpr std::array<std::string_view, N>, and
/// `what`, the name of the enumeration.
template <class E>
struct Words;

/// One column of a table that has a row for each enumerator.
template <class Row, class T, std::size_t kRows>
constexpr std::array<T, kRows> column(const std::array<Row, kRows>& table, T Row::*member) {
  std::array<T, kRows> values{};
  for (std::size_t i = 0; i < kRows; ++i) values[i] = table[i].*member;
  return values;
}

template <class E>
constexpr std::string_view word(E value) {
  return Words<E>::words.at(static_cast<std::size_t>(value));
}

/// Another word that is read for a value, but never written.
template <class E>
struct Alias {
  std::string_view word;
  E value;
};

/// `Words<E>::aliases`, an array of Alias<E>. Optional.
template <class E>
concept HasAliases = requires {
  Words<E>::aliases;
};

template <class E>
constexpr std::optional<E> parse_word(std::string_view text) {
  for (std::size_t i = 0; i < Words<E>::words.size(); ++i)
    if (Words<E>::words[i] == text) return static_cast<E>(i);
  if constexpr (HasAliases<E>)
    for (const auto& alias : Words<E>::aliases)
      if (alias.word == text) return alias.value;
  return std::nullopt;
}

/// "zeros, reflect, replicate or circular": for messages that name the rule.
template <class E>
std::string choices() {
  return enumerated(Words<E>::words, "or");
}

}  // namespace convgauge
