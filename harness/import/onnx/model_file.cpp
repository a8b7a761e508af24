#include "import/onnx/model_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "core/files.hpp"

namespace convgauge::onnx_import {
namespace {

/// The messages of onnx.proto that lead to tensors; `leaf` is everything else.
enum class Message { model, graph, node, attribute, function, sparse, tensor, leaf };

/// Field numbers of onnx.proto.
Message message_in(Message parent, std::uint64_t field) {
  struct Way {
    Message parent;
    std::uint64_t field;
    Message child;
  };
  static constexpr Way kWays[] = {
      {Message::model, 7, Message::graph},       {Message::model, 25, Message::function},
      {Message::graph, 1, Message::node},        {Message::graph, 5, Message::tensor},
      {Message::graph, 15, Message::sparse},     {Message::node, 5, Message::attribute},
      {Message::function, 7, Message::node},     {Message::function, 11, Message::attribute},
      {Message::attribute, 5, Message::tensor},  {Message::attribute, 6, Message::graph},
      {Message::attribute, 10, Message::tensor}, {Message::attribute, 11, Message::graph},
      {Message::attribute, 22, Message::sparse}, {Message::attribute, 23, Message::sparse},
      {Message::sparse, 1, Message::tensor},     {Message::sparse, 2, Message::tensor},
  };
  for (const auto& way : kWays)
    if (way.parent == parent && way.field == field) return way.child;
  return Message::leaf;
}

/// float_data, int32_data, string_data, int64_data, raw_data, double_data, uint64_data.
bool holds_numbers(std::uint64_t field) {
  return (field >= 4 && field <= 7) || (field >= 9 && field <= 11);
}

constexpr std::uint64_t kTrainingInfo = 20;  // of ModelProto: graphs that no inference runs

/// One field: `whole` with its tag, `content` of a field that has a length.
struct Field {
  std::uint64_t number = 0;
  unsigned wire_type = 0;
  std::string_view whole, content;
};

enum WireType : unsigned { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

/// The fields of one message, one after the other (protobuf's "Encoding").
class Fields {
 public:
  Fields(std::string_view bytes, std::size_t offset) : bytes_(bytes), offset_(offset) {}
  bool at_end() const { return at_ == bytes_.size(); }
  Expected<Field> next();
  std::size_t offset_of(const Field& field) const {
    return offset_ + static_cast<std::size_t>(field.content.data() - bytes_.data());
  }

 private:
  std::optional<std::uint64_t> varint();
  tl::unexpected<Error> broken(std::size_t at, std::string rule) const {
    return error(fmt::format("byte {}: {}", offset_ + at, rule));
  }
  std::string_view bytes_;
  std::size_t offset_, at_ = 0;
};

std::optional<std::uint64_t> Fields::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && at_ < bytes_.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes_[at_++]);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

Expected<Field> Fields::next() {
  const auto start = at_;
  const auto tag = varint();
  if (!tag || *tag >> 3 == 0 || *tag >> 32 != 0)
    return broken(start, "no field of an ONNX message");
  Field field{*tag >> 3, static_cast<unsigned>(*tag & 7), {}, {}};
  std::uint64_t length = 0;
  if (field.wire_type == kVarint) {
    if (!varint()) return broken(start, "a number that does not end");
  } else if (field.wire_type == kLength) {
    const auto stated = varint();
    if (!stated) return broken(start, "a length that does not end");
    length = *stated;
  } else if (field.wire_type == kFixed32 || field.wire_type == kFixed64) {
    length = field.wire_type == kFixed32 ? 4 : 8;
  } else {
    return broken(start, fmt::format("wire type {}: ONNX has 0, 1, 2 and 5", field.wire_type));
  }
  if (length > bytes_.size() - at_)
    return broken(start, fmt::format("field {} of {} bytes: {} bytes are left, so the file is torn "
                                     "or no ONNX model",
                                     field.number, length, bytes_.size() - at_));
  field.content = bytes_.substr(at_, length);
  at_ += length;
  field.whole = bytes_.substr(start, at_ - start);
  return field;
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(0x80 | (value & 0x7f));
  out += static_cast<char>(value);
}

Expected<void> copy(Message kind, std::string_view bytes, std::size_t offset, int depth,
                    std::string& out) {
  if (depth > kDeepest)
    return error(fmt::format("byte {}: more than {} messages in each other", offset, kDeepest));
  const bool large = kind == Message::tensor && bytes.size() > kLargestTensor;
  for (Fields fields(bytes, offset); !fields.at_end();) {
    const auto field = fields.next();
    if (!field) return tl::unexpected(field.error());
    const bool weights = large && holds_numbers(field->number);
    if (weights || (kind == Message::model && field->number == kTrainingInfo)) continue;
    const auto child =
        field->wire_type == kLength ? message_in(kind, field->number) : Message::leaf;
    if (child == Message::leaf) {
      out += field->whole;
      continue;
    }
    std::string inner;
    const auto done = copy(child, field->content, fields.offset_of(*field), depth + 1, inner);
    if (!done) return done;
    append_varint(out, field->number << 3 | kLength);
    append_varint(out, inner.size());
    out += inner;
  }
  return {};
}

/// A file that is mapped while it lives.
class MappedFile {
 public:
  explicit MappedFile(int file, std::size_t size)
      : size_(size), address_(::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0)) {}
  ~MappedFile() {
    if (*this) ::munmap(address_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  explicit operator bool() const { return address_ != MAP_FAILED; }
  std::string_view bytes() const { return {static_cast<const char*>(address_), size_}; }

 private:
  std::size_t size_;
  void* address_;
};

Expected<onnx::ModelProto> parsed(std::string_view bytes) {
  if (bytes.empty()) return error("0 bytes: an ONNX model is not empty");
  const auto small = without_weights(bytes);
  if (!small) return error("no ONNX model, or a damaged one: " + small.error().message);
  if (small->size() > 0x7fffffff)
    return error(
        fmt::format("{} bytes without weights: protobuf reads at most 2 GB", small->size()));
  onnx::ModelProto model;
  if (!model.ParseFromArray(small->data(), static_cast<int>(small->size())))
    return error("its fields are not those of an ONNX model");
  if (!model.has_graph()) return error("no graph: not an ONNX model");
  return model;
}

struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

}  // namespace

Expected<std::string> without_weights(std::string_view bytes) {
  std::string out;
  return copy(Message::model, bytes, 0, 0, out).map([&] { return std::move(out); });
}

Expected<onnx::ModelProto> read_model(const std::filesystem::path& file) {
  const Descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat status {};
  if (opened.value < 0 || ::fstat(opened.value, &status) != 0) return error(std::strerror(errno));
  if (S_ISDIR(status.st_mode)) return error("a directory: an ONNX model is one file");
  if (!S_ISREG(status.st_mode)) {
    return read_text(file).and_then([](const std::string& text) { return parsed(text); });
  }
  if (status.st_size == 0) return parsed({});
  const MappedFile mapped(opened.value, static_cast<std::size_t>(status.st_size));
  if (!mapped) return error(std::strerror(errno));
  return parsed(mapped.bytes());
}

}  // namespace convgauge::onnx_import
