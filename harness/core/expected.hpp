// A value or the reason why there is none. Bad input is a value of this kind; our own bugs are
// assertions.
#pragma once
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace convgauge {

/// One sentence for a person: names the place, the value and the rule that it breaks.
struct Error {
  std::string message;
  bool operator==(const Error&) const = default;
};

template <class T>
using Expected = tl::expected<T, Error>;

inline tl::unexpected<Error> error(std::string message) {
  return tl::unexpected<Error>(Error{std::move(message)});
}

}  // namespace convgauge
