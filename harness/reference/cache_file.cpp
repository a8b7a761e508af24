#include "reference/cache_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>
#include "core/layers.hpp"

namespace convgauge::reference {
namespace {

namespace fs = std::filesystem;

constexpr char kMagic[8] = {'c', 'v', 'g', 'r', 'e', 'f', '1', '\n'};
constexpr const char* kExtension = ".reference";

struct Header {
  char magic[8];
  std::uint64_t key_bytes, outputs, checksum;  // the checksum covers key and values
};

std::uint64_t checksum_of(const std::string& key, const ReferenceValues& v) {
  auto sum = checksum(key.data(), key.size(), 1);
  sum = checksum(v.want.data(), v.want.size() * sizeof(double), sum);
  return checksum(v.magnitude.data(), v.magnitude.size() * sizeof(double), sum);
}

void read_all(std::ifstream& in, void* to, std::size_t bytes) {
  in.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
}

/// The temporary file: unique among processes and threads, in the same directory, so that renaming
/// it is atomic.
fs::path beside(const fs::path& file) {
  const auto thread = std::hash<std::thread::id>{}(std::this_thread::get_id());
  return file.string() + "." + std::to_string(getpid()) + "." + std::to_string(thread) + ".part";
}

/// A regular file (a FIFO would never open) of this user, which no other user may write.
bool is_trusted(const fs::path& file) {
  struct stat status {};
  return ::lstat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool leftover(const fs::directory_entry& entry) {
  std::error_code failed;
  const auto age = fs::file_time_type::clock::now() - entry.last_write_time(failed);
  return !failed && entry.path().extension() == ".part" && age > std::chrono::hours(1);
}

}  // namespace

std::uint64_t checksum(const void* data, std::size_t bytes, std::uint64_t seed) {
  // Multiply and fold, eight bytes at a time: detects damage, not tampering.
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

std::shared_ptr<const ReferenceValues> read_reference(const fs::path& file, const std::string& key,
                                                      std::size_t outputs) {
  if (!is_trusted(file)) return nullptr;
  std::ifstream in(file, std::ios::binary);
  Header header{};
  read_all(in, &header, sizeof header);
  if (!in || std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) return nullptr;
  if (header.key_bytes != key.size() || header.outputs != outputs) return nullptr;
  std::string own(key.size(), ' ');
  read_all(in, own.data(), own.size());
  if (!in || own != key) return nullptr;
  auto values = std::make_shared<ReferenceValues>();
  values->want.resize(outputs);
  values->magnitude.resize(outputs);
  read_all(in, values->want.data(), outputs * sizeof(double));
  read_all(in, values->magnitude.data(), outputs * sizeof(double));
  if (!in || header.checksum != checksum_of(key, *values)) return nullptr;
  // The file's modification time is the time of its last use.
  std::error_code ignored;
  fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);
  return values;
}

bool write_reference(const fs::path& file, const std::string& key, const ReferenceValues& values) {
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  const auto part = beside(file);
  Header header{{}, key.size(), values.want.size(), checksum_of(key, values)};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  const auto put = [&](const void* from, std::size_t bytes) {
    out.write(static_cast<const char*>(from), static_cast<std::streamsize>(bytes));
  };
  put(&header, sizeof header);
  put(key.data(), key.size());
  put(values.want.data(), values.want.size() * sizeof(double));
  put(values.magnitude.data(), values.magnitude.size() * sizeof(double));
  out.close();
  fs::permissions(part, fs::perms::owner_read | fs::perms::owner_write, failed);
  if (out) fs::rename(part, file, failed);
  if (out && !failed) return true;
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
