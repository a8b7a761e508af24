// Values as bytes on a socket between two copies of the same program: no schema, but every read is
// checked, since the other side holds a plugin that may have written anything there.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/describe.hpp"
#include "core/enumerator.hpp"
#include "core/expected.hpp"

namespace convgauge::worker::wire {

/// Written as their bytes. Not bool, since not every byte is a valid bool.
template <class T>
concept Number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;
template <class T>
concept Enumeration = std::is_enum_v<T>;

/// A struct whose members cannot have every value has a function broken_rule() beside it, which
/// says which rule is broken; empty where none is.
template <class T>
concept Restricted = requires(const T& value) {
  { broken_rule(value) } -> std::same_as<std::string>;
};

/// Walks a description (core/describe.hpp).
class Writer {
 public:
  template <class T>
  void operator()(const Key&, const T& value) {
    put(value);
  }
  template <Number T>
  void put(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put(const bool& value) { bytes_ += value ? '\1' : '\0'; }
  template <Enumeration E>
  void put(const E& value) {
    put(static_cast<std::int32_t>(value));
  }
  void put(const std::string& text) {
    put(static_cast<std::uint64_t>(text.size()));
    bytes_ += text;
  }
  template <class T>
  void put(const std::vector<T>& items) {
    put(static_cast<std::uint64_t>(items.size()));
    for (const auto& item : items) put(item);
  }
  template <class T, std::size_t N>
  void put(const std::array<T, N>& items) {
    for (const auto& item : items) put(item);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class K, class V>
  void put(const std::map<K, V>& items) {
    put(static_cast<std::uint64_t>(items.size()));
    for (const auto& [key, value] : items) put(key), put(value);
  }
  template <class... T>
  void put(const std::variant<T...>& value) {
    put(static_cast<std::uint64_t>(value.index()));
    std::visit([this](const auto& inner) { put(inner); }, value);
  }
  template <class T>
  requires Described<const T>
  void put(const T& value) { describe(*this, value); }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Walks a description. After the first error nothing more is read, and values stay as they are.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  void operator()(const Key& key, T& value) {
    at(key.name, value);
  }
  template <Number T>
  void get(T& value) {
    if (const auto bytes = take(sizeof value); !failed())
      std::memcpy(&value, bytes.data(), sizeof value);
  }
  void get(bool& value) {
    std::uint8_t byte = 0;
    get(byte);
    if (byte > 1) return fail(std::to_string(byte) + " is neither false nor true");
    value = byte == 1;
  }
  template <Enumeration E>
  void get(E& value) {
    std::int32_t number = 0;
    get(number);
    if (const auto known = enumerator<E>(number))
      value = *known;
    else
      fail("unknown " + std::string(Words<E>::what) + " " + std::to_string(number));
  }
  void get(std::string& text) { text = take(count()); }
  template <class T>
  void get(std::vector<T>& items) {
    items.clear();
    const auto items_there = count();
    for (std::uint64_t i = 0; i < items_there && !failed(); ++i)
      at(std::to_string(i), items.emplace_back());
  }
  template <class T, std::size_t N>
  void get(std::array<T, N>& items) {
    for (std::size_t i = 0; i < N && !failed(); ++i) at(std::to_string(i), items[i]);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool is_there = false;
    get(is_there);
    value.reset();
    if (is_there) get(value.emplace());
  }
  template <class K, class V>
  void get(std::map<K, V>& items) {
    items.clear();
    for (auto left = count(); left > 0 && !failed(); --left) {
      K key;
      get(key);
      get(items[key]);
    }
  }
  template <class... T>
  void get(std::variant<T...>& value) {
    std::uint64_t index = 0;
    get(index);
    if (index >= sizeof...(T)) return fail("a message of an unknown kind");
    std::size_t i = 0;
    ((i++ == index ? get(value.template emplace<T>()) : void()), ...);
  }
  template <class T>
  requires Described<T>
  void get(T& value) {
    describe(*this, value);
    if constexpr (Restricted<T>)
      if (auto why = broken_rule(value); !why.empty()) fail(std::move(why));
  }

  bool failed() const { return !why_.empty(); }
  /// "/requirements/0/role: unknown role 99"; empty where all bytes were read without an error.
  std::string error() {
    if (!bytes_.empty()) fail("a message is longer than it should be");
    return place_.empty() ? why_ : place_ + ": " + why_;
  }

 private:
  /// Reads a part; where that fails, puts its name before the place of the error.
  template <class T>
  void at(std::string_view name, T& value) {
    if (failed()) return;
    get(value);
    if (failed()) place_.insert(0, "/" + std::string(name));
  }
  void fail(std::string why) {
    if (!failed()) why_ = std::move(why);
  }
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size()) fail("a message ends early");
    if (failed()) return {};
    const auto part = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return part;
  }
  /// How many items follow; each takes a byte at least.
  std::uint64_t count() {
    std::uint64_t items = 0;
    get(items);
    if (items > bytes_.size()) fail("a message counts more than it holds");
    return failed() ? 0 : items;
  }
  std::string_view bytes_;
  std::string why_, place_;
};

template <class T>
std::string pack(const T& value) {
  Writer writer;
  writer.put(value);
  return writer.take();
}

/// Errors: bytes that are no T, with the place of the first invalid one.
template <class T>
Expected<T> unpack(std::string_view bytes) {
  T value{};
  Reader reader(bytes);
  reader.get(value);
  if (auto why = reader.error(); !why.empty()) return error(std::move(why));
  return value;
}

}  // namespace convgauge::worker::wire
