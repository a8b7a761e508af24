// A word of an enumeration that other programs, or other versions of this one, may write too.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/words.hpp"

namespace convgauge {

/// A value of E, or the text of one that E does not have: kept as it is, so that it is written
/// again as it was read.
template <class E>
struct OpenWord {
  std::optional<E> value;
  std::string other;  // empty where there is a value

  OpenWord() = default;
  OpenWord(E known) : value(known) {}
  /// The value whose word `text` is, else the text.
  static OpenWord of(std::string_view text) {
    OpenWord word;
    word.value = parse_word<E>(text);
    if (!word.value) word.other = text;
    return word;
  }

  std::string text() const { return value ? std::string(word(*value)) : other; }
  bool operator==(const OpenWord&) const = default;
  bool operator==(E known) const { return value == known; }
  auto operator<=>(const OpenWord&) const = default;
};

}  // namespace convgauge
