// One reference as a file: a header with its sizes and a checksum over key and values, the key, the
// values.
#pragma once
#include <filesystem>
#include <string>

#include "core/layers.hpp"
#include "reference/cache.hpp"

namespace convgauge::reference {

/// A 64-bit checksum of `bytes` bytes at `data`, continuing from `seed`.
std::uint64_t checksum(const void* data, std::size_t bytes, std::uint64_t seed);

/// Null where there is no such file, or it is incomplete, corrupt, of another key, or does not hold
/// `outputs` values.
std::shared_ptr<const ReferenceValues> read_reference(const std::filesystem::path& file,
                                                      const std::string& key, std::size_t outputs);

/// Written completely or not at all: to a temporary file beside it, which is then renamed. False
/// where that failed.
bool write_reference(const std::filesystem::path& file, const std::string& key,
                     const ReferenceValues& values);

/// Deletes the least recently used files of `directory` until at most `bytes` remain, and temporary
/// files that a writer left more than an hour ago.
void enforce_quota(const std::filesystem::path& directory, std::uintmax_t bytes);

}  // namespace convgauge::reference
