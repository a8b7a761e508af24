#include "config/values.hpp"

#include <algorithm>
#include <limits>

#include "config/section.hpp"
#include "core/layers.hpp"

namespace convgauge::config {
namespace {

bool is_identifier(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

Expected<std::string> read_option(const Json& value, const Place& place) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  return fault(place, fmt::format("{} is not a string, a number, true or false", shown(value)));
}

}  // namespace

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

Expected<std::chrono::milliseconds> read_seconds(const Json& value, const Place& place) {
  // std::chrono clocks count nanoseconds in int64, which ends at 292 years.
  constexpr double kMost = 9e9;
  const auto seconds = read_number(value, place);
  if (!seconds) return tl::unexpected(seconds.error());
  if (!(*seconds > 0)) return fault(place, fmt::format("{} s is not more than 0", shown(value)));
  if (*seconds < 0.001)
    return fault(place, fmt::format("{} s is less than a millisecond", shown(value)));
  if (*seconds > kMost)
    return fault(place, fmt::format("{} s is more than {:.0f} s", shown(value), kMost));
  return std::chrono::milliseconds(std::llround(*seconds * 1000));
}

Expected<std::uint64_t> read_seed(const Json& value, const Place& place) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (value.is_number_integer() && value.get<std::int64_t>() >= 0)
    return static_cast<std::uint64_t>(value.get<std::int64_t>());
  return fault(place, fmt::format("{} is not an integer from 0 to 2^64 - 1", shown(value)));
}

Expected<std::string> read_identifier(const Json& value, const Place& place,
                                      std::string_view what) {
  if (!value.is_string())
    return fault(place, fmt::format("{} is not a {}'s name", shown(value), what));
  if (!is_identifier(value.get_ref<const std::string&>()))
    return fault(place, fmt::format("{} is not a {}'s name: small letters, digits and _",
                                    shown(value), what));
  return value.get<std::string>();
}

Expected<std::map<std::string, std::string>> read_options(const Json& value, const Place& place) {
  if (!value.is_object())
    return fault(place, fmt::format("{} is not an object of options", shown(value)));
  std::map<std::string, std::string> options;
  for (const auto& [key, option] : value.items()) {
    const auto here = place.child(key);
    if (!is_identifier(key))
      return fault(here,
                   fmt::format("'{}' is not an option's name: small letters, digits and _", key));
    if (auto done = put(options[key], read_option(option, here)); !done)
      return tl::unexpected(done.error());
  }
  return options;
}

Expected<void> read_object(
    const Json& object, const Place& place, const std::vector<std::string>& known,
    const std::vector<std::string>& required,
    const std::function<Expected<void>(const std::string&, const Json&, const Place&)>& read) {
  if (!object.is_object())
    return fault(place,
                 fmt::format("{} is not an object with keys {}", shown(object), either(known)));
  for (const auto& [key, value] : object.items()) {
    if (key == "$comment") continue;
    if (std::find(known.begin(), known.end(), key) == known.end())
      return unknown_key(place, key, known);
    if (auto done = read(key, value, place.child(key)); !done) return done;
  }
  for (const auto& key : required)
    if (!object.contains(key)) return fault(place, fmt::format("missing '{}'", key));
  return {};
}

tl::unexpected<Error> unknown_key(const Place& object, const std::string& key,
                                  const std::vector<std::string>& known) {
  if (const auto home = section_of(key); !home.empty())
    return fault(object.child(key), fmt::format("unknown key '{}': it is a key of {}", key, home));
  return fault(object.child(key), fmt::format("unknown key '{}'{}", key, suggestion(key, known)));
}

}  // namespace convgauge::config
