// Reads a JSON object of a config by the description of its struct: every value has the right form,
// or there is one error that names its place.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "config/values.hpp"
#include "core/describe.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

/// Reads the keys that the description names, in the order of the file, into the members. Unknown
/// keys, and required ones that are missing, are errors.
template <Described S>
Expected<void> read_described(const Json& object, const Place& place, S& into);

namespace detail {

inline Expected<void> read_member(const Json& j, const Place& p, const Key&, int& into) {
  return put(into, read_count(j, p));
}
inline Expected<void> read_member(const Json& j, const Place& p, const Key&, bool& into) {
  return put(into, read_boolean(j, p));
}
inline Expected<void> read_member(const Json& j, const Place& p, const Key&, std::uint64_t& into) {
  return put(into, read_seed(j, p));
}
inline Expected<void> read_member(const Json& j, const Place& p, const Key& key,
                                  std::string& into) {
  return put(
      into, key.identifier_of.empty() ? read_text(j, p) : read_identifier(j, p, key.identifier_of));
}
inline Expected<void> read_member(const Json& j, const Place& p, const Key&,
                                  std::filesystem::path& into) {
  return put(into, read_text(j, p));
}
inline Expected<void> read_member(const Json& j, const Place& p, const Key&,
                                  std::chrono::milliseconds& into) {
  return put(into, read_seconds(j, p));
}
inline Expected<void> read_member(const Json& j, const Place& p, const Key&,
                                  std::map<std::string, std::string>& into) {
  return put(into, read_options(j, p));
}
template <class E>
requires std::is_enum_v<E> Expected<void> read_member(const Json& j, const Place& p, const Key&,
                                                      E& into) {
  return put(into, read_word<E>(j, p));
}
template <Described S>
Expected<void> read_member(const Json& j, const Place& p, const Key&, S& into) {
  return read_described(j, p, into);
}
template <class T>
Expected<void> read_member(const Json& j, const Place& p, const Key& key, std::optional<T>& into) {
  return read_member(j, p, key, into.emplace());
}
/// One value, or a list of distinct values, which is a sweep axis.
template <class T>
Expected<void> read_member(const Json& j, const Place& p, const Key& key, std::vector<T>& into) {
  std::vector<T> values;
  const auto add = [&](const Json& element, const Place& here) -> Expected<void> {
    T one{};
    if (auto done = read_member(element, here, key, one); !done) return done;
    if (std::find(values.begin(), values.end(), one) != values.end())
      return fault(here, fmt::format("{} stands twice in the list", shown(element)));
    values.push_back(one);
    return {};
  };
  auto done = j.is_array() ? read_list(j, p, "values", add) : add(j, p);
  if (done) into = std::move(values);
  return done;
}

struct ListKeys {
  std::vector<std::string> known, required;
  template <class T>
  void operator()(const Key& key, const T&) {
    known.emplace_back(key.name);
    if (key.is_required) required.emplace_back(key.name);
  }
};

struct ReadKey {
  const std::string& name;
  const Json& value;
  const Place& place;
  Expected<void> done{};
  template <class T>
  void operator()(const Key& key, T& into) {
    if (key.name == name) done = read_member(value, place, key, into);
  }
};

}  // namespace detail

template <Described S>
Expected<void> read_described(const Json& object, const Place& place, S& into) {
  detail::ListKeys keys;
  describe(keys, into);
  return read_object(object, place, keys.known, keys.required,
                     [&](const std::string& name, const Json& value, const Place& here) {
                       detail::ReadKey read{name, value, here};
                       describe(read, into);
                       return read.done;
                     });
}

}  // namespace convgauge::config
