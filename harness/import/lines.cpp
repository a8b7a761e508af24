#include "import/lines.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/layers.hpp"

namespace convgauge::import {
namespace {

constexpr std::size_t kPart = std::size_t{1} << 20;  // bytes read at once
constexpr std::size_t kLongestLine = kPart;
constexpr int kPipePauseMs = 10'000;
constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";

/// A pipe with a name, which somebody may write to or not; not one that a shell made (pipefs).
bool is_named_pipe(int descriptor) {
  struct stat status {};
  struct statfs system {};
  return ::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode) &&
         ::fstatfs(descriptor, &system) == 0 && system.f_type != PIPEFS_MAGIC;
}

}  // namespace

Expected<Lines> Lines::open(const std::filesystem::path& file) {
  if (file == "-") return Lines(::dup(STDIN_FILENO), "standard input", {});
  // Without waiting: a pipe that nobody writes to would never open.
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0)
    return error(fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno)));
  pollfd wait{descriptor, POLLIN, 0};
  if (is_named_pipe(descriptor) && ::poll(&wait, 1, kPipePauseMs) == 0) {
    ::close(descriptor);
    return error(fmt::format("{}: a pipe that gave nothing for 10 s", file.string()));
  }
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  return Lines(descriptor, file.string(), file);
}

Lines::Lines(std::string text, std::string name)
    : name_(std::move(name)), buffer_(std::move(text)) {}

Lines::Lines(Lines&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      buffer_(std::move(other.buffer_)),
      trouble_(std::move(other.trouble_)),
      file_(std::move(other.file_)),
      at_(other.at_),
      number_(other.number_) {}

Lines::~Lines() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Lines::fill() {
  if (descriptor_ < 0) return false;
  buffer_.erase(0, std::exchange(at_, 0));
  const auto had = buffer_.size();
  buffer_.resize(had + kPart);
  ssize_t got = 0;
  do got = ::read(descriptor_, buffer_.data() + had, kPart);
  while (got < 0 && errno == EINTR);
  if (got < 0) trouble_ = fmt::format("{}: cannot be read: {}", name_, std::strerror(errno));
  buffer_.resize(had + static_cast<std::size_t>(got > 0 ? got : 0));
  if (got <= 0) ::close(std::exchange(descriptor_, -1));
  return got > 0;
}

std::string_view Lines::start() {
  while (buffer_.size() < kPart && fill()) {
  }
  if (number_ == 0 && at_ == 0 && buffer_.starts_with(kUtf8Mark))
    buffer_.erase(0, kUtf8Mark.size());
  return std::string_view(buffer_).substr(0, kPart);
}

std::optional<Line> Lines::next() {
  std::size_t searched = 0;
  auto end = buffer_.find('\n', at_);
  while (end == std::string::npos) {
    searched = buffer_.size() - at_;
    if (searched > kLongestLine) {
      trouble_ =
          fmt::format("{}:{}: the line is longer than 1 MiB: this is no text", name_, number_ + 1);
      return std::nullopt;
    }
    if (!fill()) break;
    end = buffer_.find('\n', at_ + searched);
  }
  if (!trouble_.empty() || at_ == buffer_.size()) return std::nullopt;
  const bool ended = end != std::string::npos;
  auto text = std::string_view(buffer_).substr(at_, (ended ? end : buffer_.size()) - at_);
  at_ = ended ? end + 1 : buffer_.size();
  if (text.ends_with('\r')) text.remove_suffix(1);
  return Line{text, ++number_, ended};
}

tl::unexpected<Error> fault(const Lines& lines, std::int64_t line, std::string_view rule) {
  return error(fmt::format("{}:{}: {}", lines.name(), line, rule));
}

}  // namespace convgauge::import
