#include "record/line_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/files.hpp"
#include "core/layers.hpp"

namespace convgauge::record {
namespace {

tl::unexpected<Error> unreadable(const std::filesystem::path& file) {
  return error(fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno)));
}

}  // namespace

std::filesystem::path results_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored) ? path / "results.jsonl" : path;
}

Expected<LineReader> LineReader::open(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    auto text = read_text(file);
    if (!text) return tl::unexpected(text.error());
    return LineReader(-1, file, std::move(*text));
  }
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return unreadable(file);
  return LineReader(descriptor, file, {});
}

bool LineReader::is_being_written() const {
  if (descriptor_ < 0) return false;
  if (::flock(descriptor_, LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK;
  ::flock(descriptor_, LOCK_UN);
  return false;
}

Expected<bool> LineReader::read_more() {
  if (descriptor_ < 0) return false;
  buffer_.erase(0, at_);
  searched_ = buffer_.size();
  at_ = 0;
  constexpr std::size_t kBlock = std::size_t{1} << 18;
  buffer_.resize(searched_ + kBlock);
  ssize_t got = -1;
  do {
    got = ::read(descriptor_, buffer_.data() + searched_, kBlock);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(searched_ + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0) return unreadable(file_);
  return got > 0;
}

Expected<std::optional<std::string_view>> LineReader::next() {
  for (;;) {
    const auto end = buffer_.find('\n', searched_);
    if (end != buffer_.npos) {
      const auto line = std::string_view(buffer_).substr(at_, end - at_);
      span_ = {span_.end, span_.end + line.size() + 1};
      ++number_;
      at_ = searched_ = end + 1;
      return line;
    }
    searched_ = buffer_.size();
    const auto more = read_more();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return std::nullopt;
  }
}

LineReader::LineReader(LineReader&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      file_(std::move(other.file_)),
      buffer_(std::move(other.buffer_)),
      at_(other.at_),
      searched_(other.searched_),
      span_(other.span_),
      number_(other.number_) {}

LineReader::~LineReader() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace convgauge::record
