// Typed access to the fields of a JSON object: absent fields keep their defaults, unknown ones are
// ignored, and the first wrong one is reported with its place.
#pragma once
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/described_json.hpp"
#include "config/place.hpp"
#include "core/expected.hpp"
#include "core/layers.hpp"
#include "core/words.hpp"

namespace convgauge::record {

Json numbers(const std::vector<double>& values);

/// One line of JSON; bytes that are not UTF-8 (from the standard error of a plugin) become U+FFFD.
std::string dump(const Json& json, int indent = -1);

/// Reads JSON whose lists and objects nest at most `deepest` deep, because functions that recurse
/// over a tree would overflow the stack. The error says what is wrong, and in which column.
Expected<Json> parse_nested(std::string_view text, int deepest);

/// The library's message without its name of the error and its line number: texts are lines.
std::string plain_words(const Json::exception& e);

// read(json, value): empty if `json` holds a value of that kind, else a description of what was
// expected.
using Complaint = std::optional<std::string>;
Complaint read(const Json& json, bool& value);
Complaint read(const Json& json, double& value);
Complaint read(const Json& json, std::string& value);
Complaint read(const Json& json, std::map<std::string, std::string>& value);
Complaint read(const Json& json, std::map<int, double>& value);

template <class T>
requires std::is_integral_v<T> Complaint read(const Json& json, T& value) {
  const auto fits = [&](auto n) { return std::in_range<T>(n); };
  const bool good = json.is_number_unsigned()
                        ? fits(json.get<std::uint64_t>())
                        : json.is_number_integer() && fits(json.get<std::int64_t>());
  if (!good)
    return "a whole number between " + std::to_string(std::numeric_limits<T>::min()) + " and " +
           std::to_string(std::numeric_limits<T>::max());
  value = json.get<T>();
  return std::nullopt;
}

template <class E>
requires std::is_enum_v<E> Complaint read(const Json& json, E& value) {
  const auto parsed = json.is_string() ? parse_word<E>(json.get<std::string>()) : std::nullopt;
  if (!parsed) return choices<E>();
  value = *parsed;
  return std::nullopt;
}

template <class T>
Complaint read(const Json& json, std::optional<T>& value) {
  return read(json, value.emplace());
}

template <class T>
Complaint read(const Json& json, std::vector<T>& value) {
  if (!json.is_array()) return "a list";
  value.clear();
  for (const auto& element : json) {
    T one{};
    if (auto complaint = read(element, one)) return "a list, each element " + *complaint;
    value.push_back(std::move(one));
  }
  return std::nullopt;
}

/// Reads one object. The first error goes to `error`, which all Fields of one line share; after an
/// error nothing more is read.
class Fields {
 public:
  Fields(const Json& object, Place place, std::string& error);

  /// An absent or null field keeps its default.
  template <class T>
  void get(const char* key, T& value) {
    if (const Json* json = find(key)) check(key, *json, read(*json, value));
  }
  template <class T>
  void need(const char* key, T& value) {
    if (const Json* json = find(key))
      check(key, *json, read(*json, value));
    else
      fail(key, "is missing");
  }
  /// The object at `key`; an empty object where there is none.
  Fields child(const char* key) const;
  /// Null where the field is absent or null, or where an error came before.
  const Json* find(const char* key) const;
  void fail(const char* key, const std::string& rule);
  const Place& place() const { return place_; }
  std::string& error() const { return error_; }

 private:
  void check(const char* key, const Json& json, const Complaint& complaint);

  const Json& object_;
  Place place_;
  std::string& error_;
};

/// The objects of the list at `key`, each given to `read_one(Fields)`.
template <class F>
void for_each(Fields& fields, const char* key, F read_one) {
  const Json* list = fields.find(key);
  if (!list) return;
  if (!list->is_array()) return fields.fail(key, "expected a list");
  for (std::size_t i = 0; i < list->size(); ++i)
    read_one(Fields((*list)[i], fields.place().child(key).child(i), fields.error()));
}

}  // namespace convgauge::record
