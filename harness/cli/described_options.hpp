// The options of a described struct: declared, and read back into it. A key of a config and its
// option are one entry of one description, so neither can be forgotten.
#pragma once
#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/options.hpp"
#include "core/describe.hpp"
#include "core/expected.hpp"
#include "core/layers.hpp"
#include "core/words.hpp"

namespace convgauge::cli {

/// A number of seconds: above 0 and up to 1e6.
Expected<double> seconds(std::string_view option, const std::string& text);

// from_text(key, text, value): sets the value from the text of an option. Errors name the option
// and its text.
template <class T>
requires std::is_integral_v<T> Expected<void> from_text(const Key& key, const std::string& text,
                                                        T& value) {
  constexpr T kLeast = std::is_signed_v<T> ? 1 : 0;
  const T most = key.most > 0 ? static_cast<T>(key.most) : std::numeric_limits<T>::max();
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole =
      text.find_first_not_of("0123456789", text.starts_with('-') ? 1 : 0) == std::string::npos;
  if (text.empty() || text == "-" || !is_whole)
    return error(fmt::format("--{} {}: not a whole number", key.option(), text));
  if (text.starts_with('-') || (code == std::errc{} && value < kLeast))
    return error(fmt::format("--{} {}: less than {}", key.option(), text, kLeast));
  if (code != std::errc{} || value > most)
    return error(fmt::format("--{} {}: more than {}", key.option(), text, most));
  return {};
}
inline Expected<void> from_text(const Key& key, const std::string& text, bool& value) {
  if (text != "true" && text != "false")
    return error(fmt::format("--{}={}: not true or false", key.option(), text));
  value = text == "true";
  return {};
}
inline Expected<void> from_text(const Key& key, const std::string& text,
                                std::chrono::milliseconds& value) {
  return seconds(key.option(), text).map([&](double s) {
    value = std::chrono::milliseconds(static_cast<std::int64_t>(s * 1000));
  });
}
template <class E>
requires std::is_enum_v<E> Expected<void> from_text(const Key& key, const std::string& text,
                                                    E& value) {
  const auto parsed = parse_word<E>(text);
  if (!parsed) return error(fmt::format("--{} {}: not {}", key.option(), text, choices<E>()));
  value = *parsed;
  return {};
}
template <class T>
Expected<void> from_text(const Key& key, const std::string& text, std::optional<T>& value) {
  return from_text(key, text, value.emplace());
}

/// The values of a list, given as "a,b" or repeatedly. Errors: those of from_text(), and a value
/// that is given twice.
template <class T>
Expected<void> from_texts(const Key& key, const Texts& texts, std::vector<T>& values) {
  values.clear();
  for (const auto& text : texts) {
    T value{};
    if (auto ok = from_text(key, text, value); !ok) return ok;
    if (std::find(values.begin(), values.end(), value) != values.end())
      return error(fmt::format("--{} {}: stands twice in the list", key.option(), text));
    values.push_back(value);
  }
  return {};
}

/// The default of a member, as help shows it: "f32", "10", "integer,normal"; empty where there is
/// nothing to show.
template <class T>
std::string usual_text(const T& value) {
  if constexpr (std::is_enum_v<T>)
    return std::string(word(value));
  else if constexpr (std::is_same_v<T, bool>)
    return value ? "true" : "false";
  else if constexpr (std::is_integral_v<T>)
    return fmt::format("{}", value);
  else if constexpr (std::is_same_v<T, std::chrono::milliseconds>)
    return fmt::format("{:g}", std::chrono::duration<double>(value).count());
  else
    return "";
}
template <class T>
std::string usual_text(const std::optional<T>&) {
  return "";
}
template <class T>
std::string usual_text(const std::vector<T>& values) {
  std::string text;
  for (const T value : values) text += (text.empty() ? "" : ",") + usual_text(value);
  return text;
}

/// Makes an option of each member; an axis takes a list, a switch takes no value.
class DeclareOptions {
 public:
  explicit DeclareOptions(std::vector<Option>& options) : options_(options) {}

  template <class T>
  void operator()(const Key& key, const T& value) {
    if constexpr (Described<T>) {
      describe(*this, value);
    } else {
      auto& option = options_.emplace_back(made(key, static_cast<const T*>(nullptr)));
      option.name = key.option();
      option.letter = key.letter;
      option.help = key.help;
      if (!option.value.empty()) option.usual = usual_text(value);
    }
  }

 private:
  static Option made(const Key&, const bool*) { return {}; }
  template <class T>
  static Option made(const Key& key, const std::optional<T>*) {
    return made(key, static_cast<const T*>(nullptr));
  }
  template <class T>
  static Option made(const Key& key, const std::vector<T>*) {
    Option option;
    if constexpr (std::is_same_v<T, bool>)
      option = {.value = "BOOL", .words = {"true", "false"}, .bare = "true"};
    else
      option = made(key, static_cast<const T*>(nullptr));
    option.list = true;
    return option;
  }
  template <class T>
  static Option made(const Key& key, const T*) {
    if constexpr (std::is_enum_v<T>) {
      const auto& words = Words<T>::words;
      return {.value = upper(key.option()), .words = {words.begin(), words.end()}};
    } else if constexpr (std::is_integral_v<T>) {
      return {.value = "N"};
    } else {
      static_assert(std::is_same_v<T, std::chrono::milliseconds>);
      return {.value = "SECONDS"};
    }
  }
  static std::string upper(std::string_view name) {
    std::string text(name);
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
  }

  std::vector<Option>& options_;
};

/// Sets each member whose option was given. `done`: the first error.
class ReadOptions {
 public:
  explicit ReadOptions(const po::variables_map& values) : values_(values) {}

  template <class T>
  void operator()(const Key& key, T& into) {
    if constexpr (Described<T>)
      describe(*this, into);
    else if (done && values_.count(std::string(key.option())))
      done = read(key, into);
  }

  Expected<void> done{};

 private:
  Expected<void> read(const Key&, bool& into) {
    into = true;
    return {};
  }
  template <class T>
  Expected<void> read(const Key& key, std::vector<T>& into) {
    return from_texts(key, listed(values_, std::string(key.option()).c_str()), into);
  }
  template <class T>
  Expected<void> read(const Key& key, T& into) {
    return from_text(key, values_[std::string(key.option())].template as<std::string>(), into);
  }

  const po::variables_map& values_;
};

}  // namespace convgauge::cli
