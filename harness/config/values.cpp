#include "config/values.hpp"

#include <algorithm>
#include <limits>

namespace convgauge {

Expected<std::int64_t> read_integer(const Json& value, const Place& place) {
  if (!value.is_number_integer())
    return fault(place, fmt::format("{} is not an integer", shown(value)));
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > most)
    return fault(place, fmt::format("{} does not fit in int64", shown(value)));
  return value.get<std::int64_t>();
}

Expected<std::int64_t> read_integer(const Json& value, const Place& place, std::int64_t least,
                                    std::int64_t most) {
  const auto number = read_integer(value, place);
  if (!number) return number;
  if (*number < least) return fault(place, fmt::format("{} is less than {}", *number, least));
  if (*number > most) return fault(place, fmt::format("{} is more than {}", *number, most));
  return number;
}

Expected<int> read_count(const Json& value, const Place& place) {
  return read_integer(value, place, 1, std::numeric_limits<int>::max()).map([](std::int64_t n) {
    return static_cast<int>(n);
  });
}

Expected<bool> read_boolean(const Json& value, const Place& place) {
  if (!value.is_boolean())
    return fault(place, fmt::format("{} is not true or false", shown(value)));
  return value.get<bool>();
}

Expected<std::string> read_text(const Json& value, const Place& place) {
  if (!value.is_string()) return fault(place, fmt::format("{} is not a string", shown(value)));
  if (value.get_ref<const std::string&>().empty()) return fault(place, "is an empty string");
  const auto& text = value.get_ref<const std::string&>();
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }))
    return fault(place, fmt::format("{} has a control character", shown(value)));
  return text;
}

Expected<double> read_number(const Json& value, const Place& place) {
  if (!value.is_number()) return fault(place, fmt::format("{} is not a number", shown(value)));
  return value.get<double>();
}

tl::unexpected<Error> unknown_key(const Place& object, const std::string& key,
                                  const std::vector<std::string>& known) {
  return fault(object.child(key), fmt::format("unknown key '{}'{}", key, suggestion(key, known)));
}

}  // namespace convgauge
