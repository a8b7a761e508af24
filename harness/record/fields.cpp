#include "record/fields.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/layers.hpp"
#include "core/parse_number.hpp"

namespace convgauge::record {
namespace {

const Json kEmptyObject = Json::object();

}  // namespace

std::string plain_words(const Json::exception& e) {
  std::string_view text = e.what();
  if (const auto head = text.find("] "); head != text.npos) text.remove_prefix(head + 2);
  const auto column = text.find("column ");
  return std::string(column == text.npos ? text : text.substr(column));
}

Expected<Json> parse_nested(std::string_view text, int deepest) try {
  bool too_deep = false;
  auto json = Json::parse(text, [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > deepest;
    return !too_deep;
  });
  if (too_deep) return error(fmt::format("is nested deeper than {}", deepest));
  return json;
} catch (const Json::exception& e) {  // bad syntax, or a number beyond a double
  return error(plain_words(e));
}

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(number(value));
  return list;
}

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Complaint read(const Json& json, bool& value) {
  if (!json.is_boolean()) return "true or false";
  value = json.get<bool>();
  return std::nullopt;
}

Complaint read(const Json& json, double& value) {
  using Limits = std::numeric_limits<double>;
  if (json.is_number())
    value = json.get<double>();
  else if (json == "nan")
    value = Limits::quiet_NaN();
  else if (json == "inf")
    value = Limits::infinity();
  else if (json == "-inf")
    value = -Limits::infinity();
  else
    return "a number, \"nan\", \"inf\" or \"-inf\"";
  return std::nullopt;
}

Complaint read(const Json& json, std::string& value) {
  if (!json.is_string()) return "a text";
  value = json.get<std::string>();
  return std::nullopt;
}

Complaint read(const Json& json, std::map<std::string, std::string>& value) {
  if (!json.is_object()) return "an object of texts";
  value.clear();
  for (const auto& [key, element] : json.items())
    if (read(element, value[key])) return "an object of texts";
  return std::nullopt;
}

Complaint read(const Json& json, std::map<int, double>& value) {
  const char* expected = "an object from whole numbers to numbers";
  if (!json.is_object()) return expected;
  value.clear();
  for (const auto& [key, element] : json.items()) {
    const auto index = parse_number<int>(key);
    if (!index || read(element, value[*index])) return expected;
  }
  return std::nullopt;
}

Fields::Fields(const Json& object, Place place, std::string& error)
    : object_(object), place_(std::move(place)), error_(error) {
  if (error_.empty() && !object_.is_object())
    error_ = fault(place_, "expected an object, found " + shown(object_)).value().message;
}

const Json* Fields::find(const char* key) const {
  if (!error_.empty()) return nullptr;
  const auto it = object_.find(key);
  return it == object_.end() || it->is_null() ? nullptr : &*it;
}

Fields Fields::child(const char* key) const {
  const Json* json = find(key);
  return Fields(json ? *json : kEmptyObject, place_.child(key), error_);
}

void Fields::fail(const char* key, const std::string& rule) {
  if (error_.empty()) error_ = fault(place_.child(key), rule).value().message;
}

void Fields::check(const char* key, const Json& json, const Complaint& complaint) {
  if (complaint) fail(key, "expected " + *complaint + ", found " + shown(json));
}

}  // namespace convgauge::record
