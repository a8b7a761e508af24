// Hashes of memory, and of a file's contents: its identity, and whether it is still the same.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace convgauge {

/// XXH3-64 of `bytes` of memory. Without the key, nobody can make other contents of the same hash.
std::uint64_t keyed_hash(const void* data, std::size_t bytes, std::uint64_t key);

/// XXH3-128 of a regular file's bytes, as 32 hex digits; empty where it cannot be read.
std::string hash_of(const std::filesystem::path& file);

/// A file's hash, and what the system says of the file: device, inode, size, times of the last
/// change of contents and of the inode. While the latter is the same, so are the contents.
struct FileIdentity {
  std::string hash;  // hash_of()
  std::array<std::int64_t, 7> status{};
  bool operator==(const FileIdentity&) const = default;
};

/// `status` is taken before the file is read: a change meanwhile is seen by has_changed().
FileIdentity identity_of(const std::filesystem::path& file);

/// Whether the file has other contents now, or is gone. Reads it only where its status differs.
bool has_changed(const std::filesystem::path& file, const FileIdentity& then);

}  // namespace convgauge
