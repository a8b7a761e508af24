// A place in a JSON file, and the errors and values that name it.
#pragma once
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/expected.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

/// Keys keep the order of the file, so that the first error reported is also the first one in the
/// file.
using Json = nlohmann::ordered_json;

/// A file (or whatever names the source of the text) and a JSON pointer (RFC 6901) into it; "" is
/// the whole document.
struct Place {
  std::string file, pointer;

  Place child(std::string_view key) const;
  Place child(std::size_t index) const;
  /// "configs/x.json: /problems/3/groups"
  std::string text() const;
  bool operator==(const Place&) const = default;
};

/// `FILE: /json/pointer: rule`
tl::unexpected<Error> fault(const Place& place, std::string_view rule);

/// JSON has no NaN and no infinity, which wrong results often contain: they are written as "nan",
/// "inf" and "-inf".
Json number(double value);

/// A value in a message: as JSON writes it, shortened where it is long.
std::string shown(const Json& value);

/// "a, b or c"
std::string either(const std::vector<std::string>& words);

}  // namespace convgauge::config
