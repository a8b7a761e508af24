#include "core/npy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <cctype>
#include <charconv>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace convgauge {
namespace {

static_assert(std::endian::native == std::endian::little,
              "elements are read and written as they lie in memory");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;           // NEP 1: the data begin at a multiple of it
constexpr std::size_t kLongestHeader = 1 << 20;  // NumPy itself reads up to 10,000 bytes

struct Header {
  std::optional<std::string> type;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::int64_t>> shape;
};

/// Reads the header, a Python dictionary such as {'descr': '<f4', 'fortran_order': False, 'shape':
/// (3, 4), }. failure() returns the first rule that the text broke.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Header header() {
    Header found;
    expect('{');
    while (!failure_ && !accept('}')) {
      const auto key = word();
      expect(':');
      if (key == "descr")
        once(key, found.type, [&] { return word(); });
      else if (key == "fortran_order")
        once(key, found.fortran_order, [&] { return boolean(); });
      else if (key == "shape")
        once(key, found.shape, [&] { return tuple(); });
      else
        fail(fmt::format("unknown key '{}'", key));
      if (!accept(',') && !failure_ && !peek('}')) fail("no comma between two keys");
    }
    skip_space();
    if (!text_.empty()) fail("something after the closing brace");
    return found;
  }
  const std::optional<std::string>& failure() const { return failure_; }

 private:
  void fail(std::string rule) {
    if (!failure_) failure_ = std::move(rule);
  }
  void skip_space() {
    while (!text_.empty() && std::isspace(static_cast<unsigned char>(text_.front())))
      text_.remove_prefix(1);
  }
  bool peek(char c) {
    skip_space();
    return !text_.empty() && text_.front() == c;
  }
  bool accept(char c) {
    if (failure_ || !peek(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(fmt::format("'{}' is missing", c));
  }
  template <class T, class Read>
  void once(const std::string& key, std::optional<T>& into, Read read) {
    if (into) fail(fmt::format("key '{}' stands twice", key));
    into = read();
  }
  std::string word() {
    const char quote = peek('"') ? '"' : '\'';
    if (!accept(quote)) {
      fail("a quoted word is missing; structured types are not read");
      return "";
    }
    const auto end = text_.find(quote);
    if (end == std::string_view::npos) fail("a quoted word does not end");
    const std::string all(text_.substr(0, end));
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    return all;
  }
  bool boolean() {
    skip_space();
    for (const auto* text : {"True", "False"})
      if (text_.starts_with(text)) {
        text_.remove_prefix(std::string_view(text).size());
        return text[0] == 'T';
      }
    fail("fortran_order is neither True nor False");
    return false;
  }
  std::int64_t number() {
    skip_space();
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (code == std::errc::result_out_of_range) fail("a size does not fit in int64");
    if (code == std::errc::invalid_argument) fail("a size is no whole number");
    if (value < 0) fail(fmt::format("size {} is negative", value));
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    // Python 2 wrote long integers with an L at the end.
    if (!text_.empty() && text_.front() == 'L') text_.remove_prefix(1);
    return value;
  }
  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> sizes;
    expect('(');
    while (!failure_ && !accept(')')) {
      sizes.push_back(number());
      if (!accept(',') && !peek(')')) fail("the shape is not a tuple of sizes");
    }
    return sizes;
  }

  std::string_view text_;
  std::optional<std::string> failure_;
};

std::optional<Dtype> dtype_of(std::string_view name) {
  for (const auto& row : kDtypes)
    if (!row.npy.empty() && row.npy == name) return row.type;
  return std::nullopt;
}

/// Bytes of the elements; empty where they overflow int64, even if another axis is 0.
std::optional<std::int64_t> bytes_of(const std::vector<std::int64_t>& shape, Dtype dtype) {
  auto all = static_cast<std::int64_t>(size_of(dtype));
  bool empty = false;
  for (const auto size : shape) {
    empty = empty || size == 0;
    if (size != 0 && __builtin_mul_overflow(all, size, &all)) return std::nullopt;
  }
  return empty ? 0 : all;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

/// An open file, and how many of its bytes are still to be read.
struct Source {
  std::filesystem::path path;
  std::ifstream in;
  std::uintmax_t left = 0;

  tl::unexpected<Error> fault(std::string_view rule) const {
    return error(fmt::format("{}: {}", path.string(), rule));
  }
  bool take(void* into, std::size_t bytes) {
    if (bytes > left || !in.read(static_cast<char*>(into), static_cast<std::streamsize>(bytes)))
      return false;
    left -= bytes;
    return true;
  }
};

Expected<Source> open(const std::filesystem::path& file) {
  Source source{file, {}, 0};
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return source.fault("no such file");
  if (!std::filesystem::is_regular_file(file, code)) return source.fault("is not a regular file");
  source.left = std::filesystem::file_size(file, code);
  source.in.open(file, std::ios::binary);
  if (code || !source.in) return source.fault("cannot be read");
  return source;
}

/// Reads magic, version and header length (2 bytes in version 1, 4 in version 2); returns the text
/// of the header.
Expected<std::string> header_text(Source& source) {
  unsigned char head[8] = {}, length[4] = {};
  if (!source.take(head, sizeof head) ||
      std::string_view(reinterpret_cast<char*>(head), kMagic.size()) != kMagic)
    return source.fault("is no .npy file: it does not begin with \\x93NUMPY and a version");
  if (head[6] != 1 && head[6] != 2)
    return source.fault(fmt::format("version {}.{} of the format, not 1 or 2", head[6], head[7]));
  if (!source.take(length, head[6] == 1 ? 2 : 4))
    return source.fault("ends before the length of its header");
  std::size_t bytes = 0;
  for (unsigned i = 0; i < 4; ++i) bytes |= std::size_t{length[i]} << (8 * i);
  if (bytes > kLongestHeader) return source.fault(fmt::format("a header of {} bytes", bytes));
  std::string text(bytes, '\0');
  if (!source.take(text.data(), bytes))
    return source.fault(fmt::format("ends inside its header of {} bytes", bytes));
  return text;
}

/// Shape and type from the header, or why they cannot be read here.
Expected<NpyArray> described(const Source& source, std::string_view text) {
  Scanner scanner(text);
  const auto header = scanner.header();
  if (scanner.failure()) return source.fault("header: " + *scanner.failure());
  if (!header.type || !header.fortran_order || !header.shape)
    return source.fault(fmt::format("header: no '{}'", !header.type    ? "descr"
                                                       : !header.shape ? "shape"
                                                                       : "fortran_order"));
  const auto dtype = dtype_of(*header.type);
  if (!dtype && header.type->starts_with('>'))
    return source.fault(fmt::format("'{}' is big endian", *header.type));
  if (!dtype)
    return source.fault(fmt::format("'{}' is not <f4, <f8 or <f2 (f32, f64, f16)", *header.type));
  if (*header.fortran_order) return source.fault("is in Fortran order, not C order");
  NpyArray array;
  array.shape = *header.shape;
  array.dtype = *dtype;
  return array;
}

std::string header_for(const std::vector<std::int64_t>& shape, std::string_view type) {
  auto text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type,
                          shape_text(shape));
  const auto long_form = text.size() + kAlignment + 10 > 0xFFFF;
  const auto prefix = kMagic.size() + 2 + (long_form ? 4U : 2U);
  text.append((kAlignment - (prefix + text.size() + 1) % kAlignment) % kAlignment, ' ');
  text += '\n';
  std::string head(kMagic);
  head += long_form ? '\2' : '\1';
  head += '\0';
  for (unsigned shift = 0; shift < (long_form ? 32U : 16U); shift += 8)
    head += static_cast<char>(text.size() >> shift & 0xFF);
  return head + text;
}

}  // namespace

Expected<NpyArray> read_npy(const std::filesystem::path& file) {
  auto source = open(file);
  if (!source) return tl::unexpected(source.error());
  const auto text = header_text(*source);
  if (!text) return tl::unexpected(text.error());
  auto array = described(*source, *text);
  if (!array) return array;
  const auto bytes = bytes_of(array->shape, array->dtype);
  if (!bytes)
    return source->fault(fmt::format("shape {}: bytes overflow int64", shape_text(array->shape)));
  const auto wanted = static_cast<std::uintmax_t>(*bytes);
  if (wanted != source->left)
    return source->fault(fmt::format("shape {} of {} needs {} bytes, but {} follow the header ({})",
                                     shape_text(array->shape), word(array->dtype), wanted,
                                     source->left,
                                     source->left < wanted ? "truncated" : "trailing bytes"));
  array->data = Buffer(static_cast<std::size_t>(wanted));
  if (!source->take(array->data.data(), array->data.bytes()))
    return source->fault("reading stopped with an error");
  return array;
}

Expected<void> write_npy(const std::filesystem::path& file, const std::vector<std::int64_t>& shape,
                         Dtype dtype, const void* data) {
  const auto fail = [&](std::string_view rule) {
    return error(fmt::format("{}: {}", file.string(), rule));
  };
  const auto type = traits(dtype).npy;
  if (type.empty()) return fail(fmt::format(".npy has no {}: write f32 instead", word(dtype)));
  for (const auto size : shape)
    if (size < 0)
      return fail(fmt::format("shape {}: size {} is negative", shape_text(shape), size));
  const auto bytes = bytes_of(shape, dtype);
  if (!bytes) return fail(fmt::format("shape {}: bytes overflow int64", shape_text(shape)));
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  if (!out) return fail("cannot be written");
  const auto header = header_for(shape, type);
  out.write(header.data(), static_cast<std::streamsize>(header.size()));
  out.write(static_cast<const char*>(data), static_cast<std::streamsize>(*bytes));
  out.flush();
  if (!out) return fail("writing stopped with an error (is the disk full?)");
  return {};
}

}  // namespace convgauge
