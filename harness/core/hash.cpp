#include "core/hash.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <fstream>
#include <iterator>

namespace convgauge {
namespace {

std::array<std::int64_t, 7> status_of(const std::filesystem::path& file) {
  struct stat s {};
  if (::stat(file.c_str(), &s) != 0) return {};
  return {static_cast<std::int64_t>(s.st_dev),
          static_cast<std::int64_t>(s.st_ino),
          s.st_size,
          s.st_mtim.tv_sec,
          s.st_mtim.tv_nsec,
          s.st_ctim.tv_sec,
          s.st_ctim.tv_nsec};
}

}  // namespace

std::uint64_t keyed_hash(const void* data, std::size_t bytes, std::uint64_t key) {
  return XXH3_64bits_withSeed(data, bytes, key);
}

std::string hash_of(const std::filesystem::path& file) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file, failed)) return {};
  std::ifstream in(file, std::ios::binary);
  if (!in) return {};
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const auto hash = XXH3_128bits(bytes.data(), bytes.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

FileIdentity identity_of(const std::filesystem::path& file) {
  const auto status = status_of(file);
  return {hash_of(file), status};
}

bool has_changed(const std::filesystem::path& file, const FileIdentity& then) {
  return status_of(file) != then.status && hash_of(file) != then.hash;
}

}  // namespace convgauge
