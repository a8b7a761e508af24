// Enumerators from numbers of outside sources: a plugin, a pipe, a shared page.
#pragma once
#include <cstdint>
#include <optional>

#include "core/words.hpp"

namespace convgauge {

/// The enumerator with this number; empty where there is none.
template <class E>
constexpr std::optional<E> enumerator(std::int64_t number) {
  constexpr auto count = static_cast<std::int64_t>(Words<E>::words.size());
  return 0 <= number && number < count ? std::optional(static_cast<E>(number)) : std::nullopt;
}

}  // namespace convgauge
