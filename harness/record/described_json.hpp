// Reads described structs from a results file: absent fields keep their defaults, and the first
// wrong one is reported with its place. config/described_json.hpp writes them.
#pragma once
#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "config/described_json.hpp"
#include "core/layers.hpp"
#include "record/fields.hpp"

namespace convgauge::record {

/// Reads the members of a described struct. A field that is absent or null leaves its member
/// unchanged, unless it is described as required(). A field with a wrong value is an error with its
/// place.
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

}  // namespace convgauge::record
