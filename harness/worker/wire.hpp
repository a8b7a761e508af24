// Values as bytes on a pipe between two copies of the same program: no schema, but every read is
// checked, since the other side holds a plugin that may have written anything there.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace convgauge::wire {

template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// A struct joins by `template <class Io> void fields(Io& io, S& s) { io(s.a, s.b); }` beside it:
/// one list for both ways.
class Writer {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  template <Plain T>
  void put(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
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
  template <class K, class V>
  void put(const std::map<K, V>& items) {
    put(static_cast<std::uint64_t>(items.size()));
    for (const auto& [key, value] : items) (*this)(key, value);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class... T>
  void put(const std::variant<T...>& value) {
    put(static_cast<std::uint64_t>(value.index()));
    std::visit([this](const auto& inner) { put(inner); }, value);
  }
  template <class T>
  requires std::is_class_v<T>
  void put(const T& value) { fields(*this, const_cast<T&>(value)); }
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  /// Throws std::runtime_error where the bytes end early or make no sense.
  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  bool done() const { return bytes_.empty(); }

 private:
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size()) throw std::runtime_error("a message ends early");
    const auto part = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return part;
  }
  std::uint64_t size() {
    std::uint64_t count = 0;
    get(count);
    if (count > bytes_.size()) throw std::runtime_error("a message counts more than it holds");
    return count;
  }
  template <Plain T>
  void get(T& value) {
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
  }
  void get(std::string& text) { text = take(size()); }
  template <class T>
  void get(std::vector<T>& items) {
    items.clear();
    for (auto count = size(); count > 0; --count) get(items.emplace_back());
  }
  template <class T, std::size_t N>
  void get(std::array<T, N>& items) {
    for (auto& item : items) get(item);
  }
  template <class K, class V>
  void get(std::map<K, V>& items) {
    items.clear();
    for (auto count = size(); count > 0; --count) {
      K key;
      get(key);
      get(items[key]);
    }
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    value.reset();
    if (there) get(value.emplace());
  }
  template <class... T>
  void get(std::variant<T...>& value) {
    std::uint64_t index = 0;
    get(index);
    if (index >= sizeof...(T)) throw std::runtime_error("a message of an unknown kind");
    std::size_t i = 0;
    ((i++ == index ? (value = T{}, void()) : void()), ...);
    std::visit([this](auto& inner) { get(inner); }, value);
  }
  template <class T>
  requires std::is_class_v<T>
  void get(T& value) { fields(*this, value); }
  std::string_view bytes_;
};

template <class T>
std::string pack(const T& value) {
  Writer writer;
  writer(value);
  return writer.bytes();
}

/// Throws std::runtime_error.
template <class T>
T unpack(std::string_view bytes) {
  T value{};
  Reader reader(bytes);
  reader(value);
  if (!reader.done()) throw std::runtime_error("a message is longer than it should be");
  return value;
}

}  // namespace convgauge::wire
