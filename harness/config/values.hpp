// Reads JSON values, one function for each kind, and objects, key by key, from a table.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/nearest.hpp"
#include "config/place.hpp"
#include "core/layers.hpp"
#include "core/words.hpp"

namespace convgauge::config {

/// A JSON integer within int64; 4.0, "4", true and null are not integers.
Expected<std::int64_t> read_integer(const Json& value, const Place& place);
/// The same, within [least, most].
Expected<std::int64_t> read_integer(const Json& value, const Place& place, std::int64_t least,
                                    std::int64_t most);
/// An int of at least 1: threads, rounds, processes.
Expected<int> read_count(const Json& value, const Place& place);
Expected<bool> read_boolean(const Json& value, const Place& place);
/// A string that is not empty and has no control characters such as newlines, since names are shown
/// in tables.
Expected<std::string> read_text(const Json& value, const Place& place);
/// Any JSON number.
Expected<double> read_number(const Json& value, const Place& place);

template <class E>
Expected<E> read_word(const Json& value, const Place& place) {
  if (value.is_string())
    if (const auto found = parse_word<E>(value.get_ref<const std::string&>())) return *found;
  return fault(place, fmt::format("{} is not {}", shown(value), choices<E>()));
}

/// Seconds as a JSON number, fractions too: from a millisecond to about 285 years.
Expected<std::chrono::milliseconds> read_seconds(const Json& value, const Place& place);
/// An integer from 0 to 2^64 - 1.
Expected<std::uint64_t> read_seed(const Json& value, const Place& place);
/// A name that follows rule R2 of plugin.h: [a-z0-9_]+. `what`: what is named, "backend".
Expected<std::string> read_identifier(const Json& value, const Place& place, std::string_view what);
/// An object of options, whose values are strings, numbers, true or false.
Expected<std::map<std::string, std::string>> read_options(const Json& value, const Place& place);

/// Sets `into` to the value, or returns the error.
template <class T, class U>
Expected<void> put(T& into, Expected<U> value) {
  if (!value) return tl::unexpected(std::move(value.error()));
  into = std::move(*value);
  return {};
}

/// A list of at least one value; `read` is called for each in turn. `of`: what is listed, for
/// messages.
template <class Read>
Expected<void> read_list(const Json& value, const Place& place, std::string_view of, Read read) {
  if (!value.is_array())
    return fault(place, fmt::format("{} is not a list of {}", shown(value), of));
  if (value.empty())
    return fault(place, fmt::format("is empty: needs at least one of {}, or leave it out", of));
  for (std::size_t i = 0; i < value.size(); ++i)
    if (Expected<void> done = read(value[i], place.child(i)); !done) return done;
  return {};
}

/// "unknown key 'kernel_sizes'; did you mean 'kernel_size'?"
tl::unexpected<Error> unknown_key(const Place& object, const std::string& key,
                                  const std::vector<std::string>& known);

/// Calls `read(key, value, place)` for each key in the order of the file. A key that is not in
/// `known`, and one of `required` that is missing, are errors. "$comment" is allowed in every
/// object and ignored.
Expected<void> read_object(
    const Json& object, const Place& place, const std::vector<std::string>& known,
    const std::vector<std::string>& required,
    const std::function<Expected<void>(const std::string&, const Json&, const Place&)>& read);

/// One key that an object may have, where reading it does more than set a member.
template <class T>
struct Member {
  std::string_view key;
  Expected<void> (*read)(const Json& value, const Place& place, T& into);
};

template <class T, std::size_t kCount>
Expected<void> read_members(const Json& object, const Place& place,
                            const Member<T> (&members)[kCount], T& into) {
  std::vector<std::string> known;
  for (const auto& member : members) known.emplace_back(member.key);
  return read_object(object, place, known, {},
                     [&](const std::string& key, const Json& value, const Place& here) {
                       return std::find_if(std::begin(members), std::end(members),
                                           [&](const Member<T>& m) { return m.key == key; })
                           ->read(value, here, into);
                     });
}

}  // namespace convgauge::config
