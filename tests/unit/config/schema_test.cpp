// configs/schema.json describes what the reader reads: in every object the same keys, and the same
// words.
#include <gtest/gtest.h>

#include <algorithm>

#include "config/described_json.hpp"
#include "config/json_text.hpp"
#include "core/layers.hpp"
#include "scratch.hpp"

namespace convgauge::config {
namespace {

using Strings = std::vector<std::string>;

const Json& schema() {
  static const auto json =
      read_json(std::filesystem::path(CONVGAUGE_SOURCE_DIR) / "configs" / "schema.json").value();
  return json;
}

Strings sorted(Strings words) {
  std::sort(words.begin(), words.end());
  return words;
}

Strings schema_keys(const char* object) {
  Strings keys;
  for (const auto& [key, value] : schema().at(Json::json_pointer(object)).at("properties").items())
    if (key != "$comment") keys.push_back(key);
  return sorted(keys);
}

/// "a, b or c" after `lead` in a message.
Strings listed(std::string message, const std::string& lead) {
  const auto at = message.find(lead);
  EXPECT_NE(at, std::string::npos) << message;
  message.erase(0, at + lead.size());
  Strings words;
  for (std::size_t comma; (comma = message.find(", ")) != std::string::npos;
       message.erase(0, comma + 2))
    words.push_back(message.substr(0, comma));
  const auto last = message.find(" or ");
  words.push_back(message.substr(0, last));
  words.push_back(message.substr(last + 4));
  return sorted(words);
}

/// The keys that the reader names when it meets one that is near to none.
Strings reader_keys(const std::string& text) {
  return listed(Scratch().refusal(text), "known here: ");
}

TEST(Schema, HasTheKeysOfTheReader) {
  EXPECT_EQ(schema_keys(""), reader_keys(R"({"zzzzzzzz": 1})"));
  EXPECT_EQ(schema_keys("/definitions/problem"), reader_keys(config(R"("zzzzzzzz": 1)")));
  EXPECT_EQ(schema_keys("/definitions/axes"), reader_keys(beside(R"("axes": {"zzzzzzzz": 1})")));
  EXPECT_EQ(schema_keys("/definitions/backend"),
            reader_keys(beside(R"("backends": [{"zzzzzzzz": 1}])")));
  EXPECT_EQ(schema_keys("/definitions/known"),
            reader_keys(beside(R"("known": [{"zzzzzzzz": 1}])")));
  EXPECT_EQ(schema_keys("/definitions/settings"),
            reader_keys(beside(R"("settings": {"zzzzzzzz": 1})")));
  EXPECT_EQ(schema_keys("/definitions/settings/properties/verify"),
            reader_keys(beside(R"("settings": {"verify": {"zzzzzzzz": 1}})")));
  EXPECT_EQ(schema_keys("/definitions/settings/properties/measure"),
            reader_keys(beside(R"("settings": {"measure": {"zzzzzzzz": 1}})")));
}

TEST(Schema, HasTheWordsOfTheReader) {
  const Scratch scratch;
  const auto words = [](const char* definition) {
    auto all = schema().at(Json::json_pointer(definition)).at("enum").get<Strings>();
    std::erase_if(all, [](const std::string& w) {
      return w.find("float") != std::string::npos;
    });  // torch's names
    return sorted(all);
  };
  const auto reader = [&](const std::string& text) {
    return listed(scratch.refusal(beside(text)), " is not ");
  };
  EXPECT_EQ(words("/definitions/dtype"), reader(R"("settings": {"dtype": "?"})"));
  EXPECT_EQ(words("/definitions/layout"), reader(R"("settings": {"layout": "?"})"));
  EXPECT_EQ(words("/definitions/direction"), reader(R"("settings": {"direction": "?"})"));
  EXPECT_EQ(words("/definitions/math"), reader(R"("settings": {"math": "?"})"));
  EXPECT_EQ(words("/definitions/mode"), reader(R"("settings": {"measure": {"mode": "?"}})"));
  EXPECT_EQ(words("/definitions/fill"), reader(R"("settings": {"verify": {"fills": "?"}})"));
  EXPECT_EQ(words("/definitions/padding_mode"), reader(R"("axes": {"padding_mode": ["?"]})"));
  EXPECT_EQ(words("/definitions/known/properties/verdict"),
            reader(R"("known": [{"verdict": "?"}])"));
}

/// Every default that the schema states is that of the struct, as `usual` has it.
void hold_defaults(const std::string& object, const Json& usual) {
  for (const auto& [key, value] : usual.items()) {
    const auto place = object + "/properties/" + key;
    const auto& entry = schema().at(Json::json_pointer(place));
    const auto usual_value = value.is_array() && value.size() == 1 ? value.front() : value;
    if (value.is_object() && entry.contains("properties")) {
      hold_defaults(place, value);
    } else if (entry.contains("default")) {  // a list of one is what a value alone says
      EXPECT_EQ(entry.at("default"), usual_value) << key;
    }
  }
}

TEST(Schema, HasTheDefaultsOfTheDescriptions) {
  hold_defaults("/definitions/settings", written_whole(Settings{}));
  hold_defaults("/definitions/backend", written_whole(BackendChoice{}));
}

}  // namespace
}  // namespace convgauge::config
