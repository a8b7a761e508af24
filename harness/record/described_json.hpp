// Described structs as JSON objects: one walk that writes, one that reads. What a results file has
// of a struct is its description (core/describe.hpp), in its order.
#pragma once
#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/describe.hpp"
#include "core/words.hpp"
#include "record/fields.hpp"

namespace convgauge {

/// An enumeration with a table of words.
template <class T>
concept Worded = std::is_enum_v<T> && requires {
  Words<T>::words;
};

// written(value): a number (NaN and infinities as fields.hpp has them), true or false, a text, the
// word of an enumeration, a duration's count of its unit, a list, an object, or null for an empty
// optional.
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
template <class T, class Period>
Json written(const std::chrono::duration<T, Period>& value) {
  return value.count();
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
/// An object with a field for each member, in the order of the description; without those that
/// have their default and are described as omit_default().
template <Described S>
Json written(const S& value);

namespace detail {

template <class List>
Json written_list(const List& values) {
  Json list = Json::array();
  for (const auto& value : values) list.push_back(written(value));
  return list;
}

/// Collects the members of one struct. `defaults`: the object of a default-constructed one, null
/// where nothing is to be left out.
struct Writing {
  Json& object;
  const Json* defaults = nullptr;

  template <class T>
  void operator()(const Key& key, const T& member) {
    auto json = written(member);
    const std::string name(key.name);
    if (key.is_left_out_default && defaults && defaults->at(name) == json) return;
    object[name] = std::move(json);
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

/// Reads the members of a described struct. A field that is absent or null leaves its member as it
/// is, unless it is described as required(); what is there and does not fit is reported as Fields
/// reports it, with its place.
template <Described S>
void read_members(Fields& fields, S& value);

namespace detail {

struct Reading {
  Fields& fields;

  template <class T>
  void operator()(const Key& key, T& member) {
    const char* name = key.name.data();  // a literal: it ends with a zero
    if (key.is_required && !fields.find(name)) return fields.fail(name, "is missing");
    if (fields.find(name)) get(key, name, member);
  }

 private:
  template <Described T>
  void get(const Key&, const char* name, T& member) {
    auto child = fields.child(name);
    read_members(child, member);
  }
  template <Described T>
  void get(const Key& key, const char* name, std::optional<T>& member) {
    get(key, name, member.emplace());
  }
  template <Described T>
  void get(const Key&, const char* name, std::vector<T>& members) {
    members.clear();
    for_each(fields, name, [&](Fields child) { read_members(child, members.emplace_back()); });
  }
  template <class T, std::size_t N>
  void get(const Key& key, const char* name, std::array<T, N>& member) {
    std::vector<T> values;
    fields.get(name, values);
    if (!fields.error().empty()) return;
    if (values.size() != N) return fields.fail(name, "expected " + std::string(key.help));
    std::copy(values.begin(), values.end(), member.begin());
  }
  template <class T, class Period>
  void get(const Key&, const char* name, std::chrono::duration<T, Period>& member) {
    T count{};
    fields.get(name, count);
    member = std::chrono::duration<T, Period>(count);
  }
  template <class T>
  void get(const Key&, const char* name, T& member) {
    fields.get(name, member);
  }
};

}  // namespace detail

template <Described S>
void read_members(Fields& fields, S& value) {
  detail::Reading walk{fields};
  describe(walk, value);
}

}  // namespace convgauge
