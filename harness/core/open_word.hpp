// A value of an enumeration from a source, such as a file of another version, that may have further
// values.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/words.hpp"

namespace convgauge {

/// A value of E, or a word that E does not have: such a word is kept, and written again as it was
/// read.
template <class E>
struct OpenWord {
  std::optional<E> value;
  std::string other;  // empty where there is a value

  OpenWord() = default;
  OpenWord(E known) : value(known) {}
  /// The value with the word `text`; if there is none, the text itself.
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
