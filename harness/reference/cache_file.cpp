#include "reference/cache_file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "core/layers.hpp"

namespace convgauge::reference {
namespace {

namespace fs = std::filesystem;

constexpr char kMagic[8] = {'c', 'v', 'g', 'r', 'e', 'f', '2', '\n'};
constexpr const char* kExtension = ".reference";
constexpr const char* kKeyFile = "key";
// No link is followed, and a FIFO is not waited for.
constexpr int kReading = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
constexpr int kMaking = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;

struct Header {
  char magic[8];
  std::uint64_t key_bytes, outputs, checksum;  // the checksum covers key and values
};

class File {
 public:
  File(const fs::path& path, int flags) : number_(::open(path.c_str(), flags, 0600)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }

  /// This user's alone: another could have written it, or, with `secret`, read it.
  bool is_own(mode_t kind, bool secret = false) const {
    struct stat about {};
    return number_ >= 0 && ::fstat(number_, &about) == 0 && (about.st_mode & S_IFMT) == kind &&
           about.st_uid == ::geteuid() &&
           (about.st_mode & (secret ? S_IRWXG | S_IRWXO : S_IWGRP | S_IWOTH)) == 0;
  }
  bool read(void* to, std::size_t bytes) {
    return move_all(static_cast<char*>(to), bytes,
                    [this](char* at, std::size_t rest) { return ::read(number_, at, rest); });
  }
  bool write(const void* from, std::size_t bytes) {
    return move_all(
        static_cast<const char*>(from), bytes,
        [this](const char* at, std::size_t rest) { return ::write(number_, at, rest); });
  }

 private:
  template <class Byte, class Move>
  static bool move_all(Byte* at, std::size_t bytes, Move move) {
    while (bytes > 0) {
      const auto moved = move(at, bytes);
      if (moved < 0 && errno == EINTR) continue;
      if (moved <= 0) return false;
      at += moved;
      bytes -= static_cast<std::size_t>(moved);
    }
    return true;
  }

  int number_;
};

std::uint64_t checksum_of(const SipKey& secret, const std::string& key, const ReferenceValues& v) {
  SipHash sum(secret);
  sum.add(key.data(), key.size());
  sum.add(v.want.data(), v.want.size() * sizeof(double));
  sum.add(v.magnitude.data(), v.magnitude.size() * sizeof(double));
  return sum.value();
}

/// The temporary file: unique among processes and threads, in the same directory, so that renaming
/// it is atomic.
fs::path beside(const fs::path& file) {
  const auto thread = std::hash<std::thread::id>{}(std::this_thread::get_id());
  return file.string() + "." + std::to_string(getpid()) + "." + std::to_string(thread) + ".part";
}

std::optional<SipKey> read_key(const fs::path& path) {
  File file(path, kReading);
  SipKey key{};
  if (!file.is_own(S_IFREG, true) || !file.read(&key, sizeof key)) return std::nullopt;
  return key;
}

/// Of several programs that do this at once, the first one's key is that of all.
void make_key(const fs::path& path) {
  SipKey key{};
  const auto part = beside(path);
  std::error_code ignored;
  fs::remove(part, ignored);
  File file(part, kMaking);
  if (file && ::getrandom(&key, sizeof key, 0) == ssize_t{sizeof key} &&
      file.write(&key, sizeof key))
    fs::create_hard_link(part, path, ignored);
  fs::remove(part, ignored);
}

bool leftover(const fs::directory_entry& entry) {
  std::error_code failed;
  const auto age = fs::file_time_type::clock::now() - entry.last_write_time(failed);
  return !failed && entry.path().extension() == ".part" && age > std::chrono::hours(1);
}

}  // namespace

std::uint64_t checksum(const void* data, std::size_t bytes, std::uint64_t seed) {
  // Multiply and fold, eight bytes at a time.
  const auto* from = static_cast<const unsigned char*>(data);
  auto sum = seed ^ bytes * 0x9e3779b97f4a7c15u;
  for (std::size_t at = 0; at < bytes; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + at, std::min<std::size_t>(8, bytes - at));
    sum = (sum ^ word) * 0xbf58476d1ce4e5b9u;
    sum ^= sum >> 32;
  }
  return sum;
}

std::optional<SipKey> cache_key(const fs::path& directory) {
  std::error_code failed;
  fs::create_directories(directory.parent_path(), failed);
  ::mkdir(directory.c_str(), 0700);
  if (!File(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC).is_own(S_IFDIR)) return std::nullopt;
  const auto path = directory / kKeyFile;
  if (auto key = read_key(path)) return key;
  // What others could read or write is no secret.
  fs::remove(path, failed);
  make_key(path);
  return read_key(path);
}

std::shared_ptr<const ReferenceValues> read_reference(const fs::path& path, const SipKey& secret,
                                                      const std::string& key, std::size_t outputs) {
  File file(path, kReading);
  Header header{};
  if (!file.is_own(S_IFREG) || !file.read(&header, sizeof header) ||
      std::memcmp(header.magic, kMagic, sizeof kMagic) != 0 || header.key_bytes != key.size() ||
      header.outputs != outputs)
    return nullptr;
  std::string own(key.size(), ' ');
  if (!file.read(own.data(), own.size()) || own != key) return nullptr;
  auto values = std::make_shared<ReferenceValues>();
  values->want.resize(outputs);
  values->magnitude.resize(outputs);
  if (!file.read(values->want.data(), outputs * sizeof(double)) ||
      !file.read(values->magnitude.data(), outputs * sizeof(double)) ||
      header.checksum != checksum_of(secret, key, *values))
    return nullptr;
  // The file's modification time is the time of its last use.
  ::futimens(file.number(), nullptr);
  return values;
}

bool write_reference(const fs::path& path, const SipKey& secret, const std::string& key,
                     const ReferenceValues& values) {
  std::error_code failed;
  const auto part = beside(path);
  Header header{{}, key.size(), values.want.size(), checksum_of(secret, key, values)};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  fs::remove(part, failed);
  File file(part, kMaking);
  const bool whole = file && file.write(&header, sizeof header) &&
                     file.write(key.data(), key.size()) &&
                     file.write(values.want.data(), values.want.size() * sizeof(double)) &&
                     file.write(values.magnitude.data(), values.magnitude.size() * sizeof(double));
  if (whole) fs::rename(part, path, failed);
  if (whole && !failed) return true;
  fs::remove(part, failed);
  return false;
}

void enforce_quota(const fs::path& directory, std::uintmax_t bytes) {
  struct File {
    fs::file_time_type used;
    std::uintmax_t bytes;
    fs::path path;
  };
  std::vector<File> files;
  std::error_code failed;
  std::uintmax_t all = 0;
  for (fs::directory_iterator it(directory, failed), end; !failed && it != end;
       it.increment(failed)) {
    std::error_code gone;
    if (leftover(*it)) fs::remove(it->path(), gone);
    if (it->path().extension() != kExtension) continue;
    const File file{it->last_write_time(gone), it->file_size(gone), it->path()};
    if (gone) continue;
    all += file.bytes;
    files.push_back(file);
  }
  std::sort(files.begin(), files.end(),
            [](const File& a, const File& b) { return a.used < b.used; });
  for (std::size_t i = 0; i < files.size() && all > bytes; ++i)
    if (fs::remove(files[i].path, failed)) all -= files[i].bytes;
}

}  // namespace convgauge::reference
