// The lines of a results file one after another, so that a file of any size takes little memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/expected.hpp"
#include "core/layers.hpp"

namespace convgauge::record {

/// Bytes of a file, the last one not included.
struct Span {
  std::size_t begin = 0, end = 0;
  bool operator==(const Span&) const = default;
};

/// The file of a folder of results, or the path itself.
std::filesystem::path results_file(const std::filesystem::path& path);

/// [one thread]
class LineReader {
 public:
  /// A pipe or a device is read at once, as read_text() does. The error names the file.
  static Expected<LineReader> open(const std::filesystem::path& file);
  /// Whether another convgauge is writing to the file now.
  bool is_being_written() const;
  /// The next whole line without its newline, valid until the next call; empty behind the last one.
  Expected<std::optional<std::string_view>> next();
  /// Where the latest line is in the file, its newline included, and its number, from 1.
  Span span() const { return span_; }
  std::int64_t number() const { return number_; }
  /// At the end: the bytes behind the last newline.
  std::size_t torn_bytes() const { return buffer_.size() - at_; }
  LineReader(LineReader&& other) noexcept;
  LineReader& operator=(LineReader&&) = delete;
  ~LineReader();

 private:
  LineReader(int descriptor, std::filesystem::path file, std::string buffer)
      : descriptor_(descriptor), file_(std::move(file)), buffer_(std::move(buffer)) {}
  /// Whether there was more.
  Expected<bool> read_more();

  int descriptor_ = -1;  // -1: all is in the buffer
  std::filesystem::path file_;
  std::string buffer_;
  std::size_t at_ = 0, searched_ = 0;  // in the buffer: the next line; what has no newline
  Span span_;
  std::int64_t number_ = 0;
};

}  // namespace convgauge::record
