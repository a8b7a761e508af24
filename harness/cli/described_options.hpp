// The options of a described struct: declared, and read back into it. A key of a config and its
// option are one entry of one description, so neither can be forgotten.
#pragma once
#include <algorithm>
#include <charconv>
#include <chrono>
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
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size())
    return error(fmt::format("--{} {}: not a whole number", key.option(), text));
  if (value < kLeast)
    return error(fmt::format("--{} {}: less than {}", key.option(), text, kLeast));
  if (key.most > 0 && value > static_cast<T>(key.most))
    return error(fmt::format("--{} {}: more than {}", key.option(), text, key.most));
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

/// Declares an option for each member; an axis takes a list, a switch takes no value.
class DeclareOptions {
 public:
  explicit DeclareOptions(po::options_description& options) : options_(options) {}

  template <class T>
  void operator()(const Key& key, const T&) {
    add(key, static_cast<const T*>(nullptr));
  }

 private:
  template <Described S>
  void add(const Key&, const S*) {
    const S value{};
    describe(*this, value);
  }
  void add(const Key& key, const bool*) { declare(key, new po::untyped_value(true), ""); }
  void add(const Key& key, const std::vector<bool>*) {
    declare(key, po::value<Texts>()->implicit_value({"true"}, "true"), "");
  }
  template <class T>
  void add(const Key& key, const std::vector<T>*) {
    declare(key, po::value<Texts>()->composing(), words<T>());
  }
  template <class T>
  void add(const Key& key, const std::optional<T>*) {
    add(key, static_cast<const T*>(nullptr));
  }
  template <class T>
  void add(const Key& key, const T*) {
    declare(key, po::value<std::string>(), words<T>());
  }

  /// "strict, tf32 or reduced: "
  template <class T>
  static std::string words() {
    if constexpr (std::is_enum_v<T>) return choices<T>() + ": ";
    return "";
  }
  void declare(const Key& key, const po::value_semantic* value, const std::string& words) {
    auto name = std::string(key.option());
    if (key.letter) name += std::string(",") + key.letter;
    const auto help = words + std::string(key.help);
    options_.add_options()(name.c_str(), value, help.c_str());
  }

  po::options_description& options_;
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
