#include "core/files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace convgauge {

namespace {

tl::unexpected<Error> not_written(const std::filesystem::path& file, int code) {
  return error(file.string() + ": cannot be written: " + std::strerror(code));
}

Expected<void> write_at_once(const std::filesystem::path& file, const std::string& text) {
  errno = 0;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  return out ? Expected<void>() : not_written(file, errno);
}

}  // namespace

Expected<void> write_text(const std::filesystem::path& file, const std::string& text) {
  std::error_code failed;
  const auto status = std::filesystem::status(file, failed);
  // A pipe or a device cannot be replaced.
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return write_at_once(file, text);
  // Of a link, the file that it leads to.
  const auto target =
      std::filesystem::is_symlink(file, failed) ? std::filesystem::canonical(file, failed) : file;
  auto part = target;
  part += "." + std::to_string(::getpid()) + ".part";
  const auto written = write_at_once(part, text);
  const int code = errno;
  if (written && std::filesystem::exists(status))
    std::filesystem::permissions(part, status.permissions(), failed);
  if (written && ::rename(part.c_str(), target.c_str()) == 0) return {};
  const int why = written ? errno : code;
  std::filesystem::remove(part, failed);
  return not_written(file, why);
}

namespace {

/// Of a pipe or a device: `jq ... | convgauge sweep /dev/stdin` is fine, /dev/zero has no end.
constexpr std::size_t kMostFromAPipe = std::size_t{64} << 20;
constexpr int kPipePauseMs = 10'000;

tl::unexpected<Error> not_read(const std::filesystem::path& file, const std::string& why) {
  return error(file.string() + ": cannot be read: " + why);
}

/// `descriptor` is not waited for by read(), only by poll().
Expected<std::string> read_all(int descriptor, std::size_t most,
                               const std::filesystem::path& file) {
  std::string text;
  for (char buffer[1 << 16];;) {
    const auto got = ::read(descriptor, buffer, sizeof buffer);
    if (got == 0) return text;
    if (got > 0) {
      text.append(buffer, static_cast<std::size_t>(got));
      if (text.size() > most)
        return not_read(file, "a pipe or a device that gives more than 64 MiB");
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return not_read(file, std::strerror(errno));
    pollfd wait{descriptor, POLLIN, 0};
    if (::poll(&wait, 1, kPipePauseMs) == 0)
      return not_read(file, "a pipe or a device that gave nothing for 10 s");
  }
}

}  // namespace

Expected<std::string> read_text(const std::filesystem::path& file) {
  // Without waiting: a FIFO that nobody writes to would never open.
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0) return not_read(file, std::strerror(errno));
  struct stat status {};
  const bool known = ::fstat(descriptor, &status) == 0;
  auto text =
      known && S_ISDIR(status.st_mode)
          ? error(file.string() + ": is a folder, not a file")
          : read_all(descriptor,
                     known && S_ISREG(status.st_mode) ? std::string().max_size() : kMostFromAPipe,
                     file);
  ::close(descriptor);
  return text;
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace convgauge
