// Appends to a results file such that a kill at any moment loses at most the line being written.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::record {
namespace {

std::string reason() {
  return std::strerror(errno);
}

off_t size_of_file(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 ? status.st_size : -1;
}

/// Whether the open file is the one that has this path.
bool is_at(int descriptor, const std::filesystem::path& file) {
  struct stat open {
  }, named{};
  return fstat(descriptor, &open) == 0 && ::stat(file.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/// A new file survives a power failure only once its folder is on disk too.
void flush_folder(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  ::close(descriptor);
}

/// Locks the file and cuts it to `keep_bytes`. Returns why that failed; empty if it did not.
std::string claim(int descriptor, std::optional<std::size_t> keep_bytes) {
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK ? "another convgauge is writing to it"
                                : "cannot be locked, so another run could write to it: " + reason();
  if (!keep_bytes) return "";
  const auto keep = static_cast<off_t>(*keep_bytes);
  if (size_of_file(descriptor) < keep)
    return fmt::format("is shorter than the {} bytes to keep", keep);
  return ftruncate(descriptor, keep) == 0 ? "" : "cannot be cut: " + reason();
}

}  // namespace

Expected<ResultsWriter> ResultsWriter::open(const std::filesystem::path& file,
                                            std::optional<std::size_t> keep_bytes) {
  const int create = keep_bytes ? 0 : O_CREAT | O_EXCL;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | create, 0644);
  if (descriptor < 0) return error(fmt::format("{}: {}", file.string(), reason()));
  ResultsWriter writer(descriptor, std::filesystem::absolute(file));
  if (const auto complaint = claim(descriptor, keep_bytes); !complaint.empty())
    return error(fmt::format("{}: {}", file.string(), complaint));
  if (!keep_bytes) flush_folder(file);
  return writer;
}

Expected<void> ResultsWriter::append(const std::string& line) {
  assert(line.find('\n') == line.npos);
  if (!is_at(descriptor_, file_))
    return error(fmt::format("{}: is not there any more: it, or its folder, was removed or renamed",
                             file_.string()));
  const std::string whole = line + '\n';
  const off_t before = size_of_file(descriptor_);
  std::size_t written = 0;
  // What a full disk, or a limit on sizes, cuts short is followed by the reason.
  while (written < whole.size()) {
    const auto more = ::write(descriptor_, whole.data() + written, whole.size() - written);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) break;
    written += static_cast<std::size_t>(more);
  }
  if (written == whole.size() && fdatasync(descriptor_) == 0) return {};
  const auto why = reason();
  // A partly written line would make the next line unreadable.
  if (written > 0 && before >= 0 && ftruncate(descriptor_, before) != 0)
    return error(
        fmt::format("{}: {}; and half a line stays at its end: {}", file_.string(), why, reason()));
  return error(fmt::format("{}: {}", file_.string(), why));
}

ResultsWriter::ResultsWriter(ResultsWriter&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), file_(std::move(other.file_)) {}

ResultsWriter::~ResultsWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace convgauge::record
