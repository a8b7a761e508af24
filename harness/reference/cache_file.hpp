// One reference as a file: a header with its sizes and a keyed checksum over key and values, the
// key, the values.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "core/layers.hpp"
#include "reference/cache.hpp"

namespace convgauge::reference {

/// A 64-bit checksum, for the names of files, of `bytes` bytes at `data`, continuing from `seed`.
std::uint64_t checksum(const void* data, std::size_t bytes, std::uint64_t seed);

/// The secret key of a cache folder, with which its checksums are computed: a file of 16 random
/// bytes that only its owner can read. Makes folder and key where they are missing, and a new key
/// where others could read the old one. Nothing where that fails, or the folder is not this user's
/// or others may write it: such a folder is not used.
std::optional<SipKey> cache_key(const std::filesystem::path& directory);

/// Null where there is no such file, or it is incomplete, corrupt, of another key or secret, does
/// not hold `outputs` values, is no regular file of this user, or others may write it.
std::shared_ptr<const ReferenceValues> read_reference(const std::filesystem::path& file,
                                                      const SipKey& secret, const std::string& key,
                                                      std::size_t outputs);

/// Written completely or not at all: to a temporary file beside it, which is then renamed. False
/// where that failed.
bool write_reference(const std::filesystem::path& file, const SipKey& secret,
                     const std::string& key, const ReferenceValues& values);

/// Deletes the least recently used files of `directory` until at most `bytes` remain, and temporary
/// files that a writer left more than an hour ago.
void enforce_quota(const std::filesystem::path& directory, std::uintmax_t bytes);

}  // namespace convgauge::reference
