// Described structs as JSON objects, in the order of their descriptions. Times are in the unit that
// the name of their key ends with: _s or _ms.
#pragma once
#include <array>
#include <chrono>
#include <concepts>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "config/place.hpp"
#include "core/describe.hpp"
#include "core/layers.hpp"
#include "core/words.hpp"

namespace convgauge::config {

/// An enumeration that has a table of words.
template <class T>
concept Worded = std::is_enum_v<T> && requires {
  Words<T>::words;
};

// written(value): a number (NaN and infinities as number() of place.hpp writes them), true or
// false, a string, the word of an enumerator, the count of a duration in its unit, a list, an
// object, or null for an empty optional.
inline Json written(const std::string& value) {
  return value;
}
template <class T>
requires std::is_integral_v<T> Json written(const T& value) {
  return value;
}
template <class T>
requires std::is_floating_point_v<T> Json written(const T& value) {
  return number(static_cast<double>(value));
}
template <Worded E>
Json written(const E& value) {
  return word(value);
}
inline Json written(const std::filesystem::path& value) {
  return value.string();
}
template <class T>
Json written(const std::optional<T>& value);
template <class T>
Json written(const std::vector<T>& values);
template <class T, std::size_t N>
Json written(const std::array<T, N>& values);
template <class T>
Json written(const std::map<std::string, T>& values);
template <class T>
Json written(const std::map<int, T>& values);
/// An object with a field for each member, in the order of the description. A member that is
/// described as omit_default() is left out where it has its default.
template <Described S>
Json written(const S& value);

namespace detail {

template <class List>
Json written_list(const List& values) {
  Json list = Json::array();
  for (const auto& value : values) list.push_back(written(value));
  return list;
}

/// Collects the members of one struct. `defaults`: the object of a default-constructed one; null
/// where no member is to be left out.
struct Writing {
  Json& object;
  const Json* defaults = nullptr;

  template <class T>
  void operator()(const Key& key, const T& member) {
    auto json = in_unit(key, member);
    const std::string name(key.name);
    if (key.is_left_out_default && defaults && defaults->at(name) == json) return;
    object[name] = std::move(json);
  }

 private:
  template <class T>
  static Json in_unit(const Key&, const T& value) {
    return written(value);
  }
  static Json in_unit(const Key& key, const std::chrono::milliseconds& value) {
    if (key.name.ends_with("_ms")) return value.count();
    return std::chrono::duration<double>(value).count();
  }
  static Json in_unit(const Key& key, const std::optional<std::chrono::milliseconds>& value) {
    return value ? in_unit(key, *value) : Json();
  }
};

struct FindsOmitted {
  bool any = false;
  template <class T>
  void operator()(const Key& key, const T&) {
    any = any || key.is_left_out_default;
  }
};

}  // namespace detail

/// Adds the members of a described struct to an object that has other fields too.
template <Described S>
void write_members(Json& object, const S& value) {
  detail::FindsOmitted finds;
  describe(finds, value);
  Json defaults;
  if constexpr (std::default_initializable<S>)
    if (finds.any) {
      const S untouched{};
      detail::Writing all{defaults};
      describe(all, untouched);
    }
  detail::Writing walk{object, finds.any ? &defaults : nullptr};
  describe(walk, value);
}

template <class T>
Json written(const std::optional<T>& value) {
  return value ? written(*value) : Json();
}
template <class T>
Json written(const std::vector<T>& values) {
  return detail::written_list(values);
}
template <class T, std::size_t N>
Json written(const std::array<T, N>& values) {
  return detail::written_list(values);
}
template <class T>
Json written(const std::map<std::string, T>& values) {
  Json object = Json::object();
  for (const auto& [key, value] : values) object[key] = written(value);
  return object;
}
template <class T>
Json written(const std::map<int, T>& values) {
  Json object = Json::object();
  for (const auto& [key, value] : values) object[std::to_string(key)] = written(value);
  return object;
}
template <Described S>
Json written(const S& value) {
  Json object = Json::object();
  write_members(object, value);
  return object;
}

/// The same, but with every member, also those that have their defaults.
template <Described S>
Json written_whole(const S& value) {
  Json object = Json::object();
  detail::Writing walk{object};
  describe(walk, value);
  return object;
}

}  // namespace convgauge::config
