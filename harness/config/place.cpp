#include "config/place.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/layers.hpp"
#include "core/text.hpp"

namespace convgauge::config {
namespace {

/// Characters of a value in a message, so that it stays on one line of a terminal.
constexpr std::size_t kLongest = 60;

std::string escaped(std::string_view key) {
  std::string text;
  for (const char c : key) text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return text;
}

/// Cuts between two UTF-8 characters, never inside one.
std::string shortened(std::string text) {
  if (text.size() <= kLongest) return text;
  auto end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

Place Place::child(std::string_view key) const {
  return {file, pointer + "/" + escaped(key)};
}

Place Place::child(std::size_t index) const {
  return {file, fmt::format("{}/{}", pointer, index)};
}

std::string Place::text() const {
  if (pointer.empty()) return file;
  return file.empty() ? pointer : file + ": " + pointer;
}

tl::unexpected<Error> fault(const Place& place, std::string_view rule) {
  return error(fmt::format("{}: {}", place.text(), rule));
}

std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array() && value.size() > kLongest) return fmt::format("a list of {}", value.size());
  return shortened(value.dump());
}

std::string either(const std::vector<std::string>& words) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  return enumerated(views, "or");
}

Json number(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

}  // namespace convgauge::config
