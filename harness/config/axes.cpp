#include "config/axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include "core/layers.hpp"

namespace convgauge::config {
namespace {

std::string value_text(int value) {
  return std::to_string(value);
}
std::string value_text(bool value) {
  return value ? "true" : "false";
}
template <class E>
std::string value_text(E value) {
  return std::string(word(value));
}

/// The key of a number is a plural: "1 thread", "2 threads".
std::string phrase(const Key& key, int value) {
  const auto name = value == 1 ? key.name.substr(0, key.name.size() - 1) : key.name;
  return fmt::format("{} {}", value, name);
}
std::string phrase(const Key& key, bool value) {
  return std::string(value ? key.name : key.when_false);
}
template <class E>
std::string phrase(const Key&, E value) {
  return std::string(word(value));
}

/// Combination number `index` of `count`. It is like a number with one digit for each axis, of
/// which the last changes fastest.
CaseSettings combination(const AxisSettings& axes, std::size_t index, std::size_t count) {
  CaseSettings settings;
  describe_axes(
      [&](const Key&, const auto& from, auto& to) {
        if constexpr (requires { from.size(); }) {
          count /= from.size();
          to = from[index / count % from.size()];
        } else {
          to = from;
        }
      },
      axes, settings);
  return settings;
}

}  // namespace

std::vector<CaseSettings> combinations(const AxisSettings& axes) {
  std::size_t count = 1;
  describe_axes(
      [&](const Key&, const auto& values) {
        if constexpr (requires { values.size(); }) count *= values.size();
      },
      axes);
  std::vector<CaseSettings> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(combination(axes, i, count));
  return all;
}

AxisSettings with_own(AxisSettings settings, const OwnSettings& own) {
  if (own.dtype) settings.dtype = {*own.dtype};
  if (own.layout) settings.layout = {*own.layout};
  if (own.direction) settings.direction = {*own.direction};
  return settings;
}

AxisSettings axes_of(const CaseSettings& settings) {
  AxisSettings axes;
  describe_axes([](const Key&, const auto& from, auto& to) { to = {from}; }, settings, axes);
  return axes;
}

std::vector<SettingText> own_texts(const OwnSettings& own) {
  std::vector<SettingText> all;
  const auto add = [&](const Key& key, const auto& value) {
    if (value) all.push_back({key, value_text(*value), phrase(key, *value)});
  };
  describe(add, own);
  return all;
}

std::vector<SettingText> setting_texts(const CaseSettings& settings) {
  std::vector<SettingText> all;
  const CaseSettings usual;
  describe_axes(
      [&](const Key& key, const auto& value, const auto& usually) {
        all.push_back({key, value_text(value), phrase(key, value),
                       std::is_same_v<decltype(value), const int&>, value == usually});
      },
      settings, usual);
  std::stable_partition(all.begin(), all.end(), [](const SettingText& t) { return t.key.is_axis; });
  return all;
}

std::vector<SettingText> title_parts(const CaseSettings& settings) {
  auto parts = setting_texts(settings);
  std::erase_if(parts, [](const SettingText& t) {
    return t.is_default && (t.key.is_measuring || !t.key.is_axis);
  });
  return parts;
}

std::string phrases(const std::vector<SettingText>& settings) {
  std::string text;
  for (const auto& setting : settings) text += (text.empty() ? "" : ", ") + setting.phrase;
  return text;
}

std::string settings_text(const CaseSettings& settings) {
  std::string text;
  for (const auto& part : title_parts(settings)) text += (text.empty() ? "" : " · ") + part.phrase;
  return text;
}

std::vector<SettingText> varying(const CaseSettings& of, const std::vector<CaseSettings>& all) {
  auto texts = setting_texts(of);
  std::vector<bool> varies(texts.size());
  for (const auto& other : all) {
    const auto others = setting_texts(other);
    for (std::size_t i = 0; i < texts.size(); ++i)
      if (others[i].value != texts[i].value) varies[i] = true;
  }
  std::vector<SettingText> kept;
  for (std::size_t i = 0; i < texts.size(); ++i)
    if (varies[i]) kept.push_back(texts[i]);
  return kept;
}

}  // namespace convgauge::config
