// A value or the reason why there is none. Bad input is a value of this kind; our own bugs are
// assertions.
#pragma once
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "core/rule.hpp"

namespace convgauge {

/// One sentence for a person: names the place, the value and the rule that it breaks.
struct Error {
  std::string message;
  std::optional<Rule> rule{};  // of the plugin ABI, where one was broken; the message names it too
  bool operator==(const Error&) const = default;
};

template <class T>
using Expected = tl::expected<T, Error>;

inline tl::unexpected<Error> error(std::string message) {
  return tl::unexpected<Error>(Error{std::move(message)});
}
inline tl::unexpected<Error> error(Rule broken, std::string message) {
  return tl::unexpected<Error>(Error{std::move(message), broken});
}

}  // namespace convgauge
