// Text as lines, without holding more than a part of it: logs may be larger than memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/expected.hpp"
#include "core/layers.hpp"

namespace convgauge::import {

/// One line without its end ("\n" or "\r\n"). `text` is valid until the next line is asked for.
struct Line {
  std::string_view text;
  std::int64_t number = 0;  // counted from 1
  bool ended = true;        // false: the text ends within it
};

/// [one thread] Owns the descriptor.
class Lines {
 public:
  /// A file, pipe or device; "-" is standard input. The error names the file and what is wrong.
  static Expected<Lines> open(const std::filesystem::path& file);
  /// Lines of a text; messages call it by `name`.
  Lines(std::string text, std::string name);
  Lines(Lines&& other) noexcept;
  Lines& operator=(Lines&&) = delete;
  ~Lines();

  const std::string& name() const { return name_; }
  /// Where the text is; empty for standard input and for a text in memory.
  const std::filesystem::path& file() const { return file_; }
  /// The beginning of the text, at most 1 MiB, before any line was taken.
  std::string_view start();
  /// The next line; empty at the end of the text, and where reading failed: see trouble().
  std::optional<Line> next();
  /// Why there are no more lines, if not because the text is over: what the system says, or a line
  /// that is longer than any line of a log.
  const std::string& trouble() const { return trouble_; }

 private:
  Lines(int descriptor, std::string name, std::filesystem::path file)
      : descriptor_(descriptor), name_(std::move(name)), file_(std::move(file)) {}
  /// Reads more behind what is there; false at the end.
  bool fill();

  int descriptor_ = -1;  // -1: all is in the buffer
  std::string name_, buffer_, trouble_;
  std::filesystem::path file_;
  std::size_t at_ = 0;
  std::int64_t number_ = 0;
};

/// `FILE:LINE: rule`
tl::unexpected<Error> fault(const Lines& lines, std::int64_t line, std::string_view rule);

}  // namespace convgauge::import
