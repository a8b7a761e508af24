#include "config/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include "core/files.hpp"
#include "core/layers.hpp"

namespace convgauge::config {
namespace {

/// Configs nest about 5 deep; the limit keeps functions that recurse over the tree from overflowing
/// the stack.
constexpr std::size_t kDeepest = 64;

/// "line 3, column 5" of byte number `position`, counted from 1; columns count characters, not
/// bytes.
std::string line_and_column(std::string_view text, std::size_t position) {
  const auto before = text.substr(0, std::min(position > 0 ? position - 1 : 0, text.size()));
  const auto newline = before.rfind('\n');
  const auto line = before.substr(newline == std::string_view::npos ? 0 : newline + 1);
  const auto column = std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  });
  return fmt::format("line {}, column {}", 1 + std::count(before.begin(), before.end(), '\n'),
                     column + 1);
}

/// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ..." from
/// "syntax error" on.
std::string reason(const std::string& what) {
  constexpr std::string_view head = "syntax error ";
  if (const auto at = what.find(head); at != std::string::npos)
    return "syntax error " + what.substr(at + head.size());
  const auto at = what.find("] ");
  return at == std::string::npos ? what : what.substr(at + 2);
}

/// Builds a tree from the events of nlohmann's SAX reader. The first error ends the reading.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, const std::string& name) : text_(text), place_{name, ""} {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(Json::number_integer_t value) { return add(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return add(value); }
  bool number_float(Json::number_float_t value, const std::string& written) {
    // The library returns a double for an integer that does not fit in 64 bits.
    if (written.find_first_of(".eE") == std::string::npos)
      return fail(next(), written + " does not fit in int64");
    return add(value);
  }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }  // does not occur in JSON text
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    const bool again = open_.back()->contains(name);
    key_ = std::move(name);
    return again ? fail(next(), fmt::format("key '{}' stands twice in one object", key_)) : true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& what) {
    error_ = Error{fmt::format("{}: {}: {}", place_.file, line_and_column(text_, position),
                               reason(what.what()))};
    return false;
  }

  Expected<Json> result() && {
    if (error_) return tl::unexpected(std::move(*error_));
    return std::move(root_);
  }

 private:
  /// The place of the next value.
  Place next() const {
    if (open_.empty()) return place_;
    return open_.back()->is_array() ? place_.child(open_.back()->size()) : place_.child(key_);
  }
  Json& put(Json value) {
    if (open_.empty()) return root_ = std::move(value);
    if (open_.back()->is_object()) return (*open_.back())[key_] = std::move(value);
    return open_.back()->emplace_back(std::move(value));
  }
  bool add(Json value) {
    put(std::move(value));
    return true;
  }
  bool open(Json empty) {
    auto here = next();
    if (open_.size() == kDeepest)
      return fail(here, fmt::format("is nested deeper than {}", kDeepest));
    // The pointer stays valid: the parent does not grow before this value is closed.
    open_.push_back(&put(std::move(empty)));
    outer_.push_back(std::exchange(place_, std::move(here)));
    return true;
  }
  bool close() {
    open_.pop_back();
    place_ = std::move(outer_.back());
    outer_.pop_back();
    return true;
  }
  bool fail(const Place& place, const std::string& rule) {
    error_ = fault(place, rule).value();
    return false;
  }

  std::string_view text_;
  Place place_;  // of the innermost open list or object
  std::vector<Place> outer_;
  std::vector<Json*> open_;
  std::string key_;
  Json root_;
  std::optional<Error> error_;
};

}  // namespace

Expected<Json> parse_json(std::string_view text, const std::string& name) {
  // The library takes a NUL for the end of the text.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return error(fmt::format("{}: {}: a NUL byte, which JSON does not allow", name,
                             line_and_column(text, nul + 1)));
  TreeBuilder builder(text, name);
  Json::sax_parse(text.begin(), text.end(), &builder);
  return std::move(builder).result();
}

Expected<Json> read_json(const std::filesystem::path& file) {
  const auto text = convgauge::read_text(file);
  if (!text) return tl::unexpected(text.error());
  return parse_json(*text, file.string());
}

}  // namespace convgauge::config
