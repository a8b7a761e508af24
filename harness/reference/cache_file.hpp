// One reference as a file: a header that names its key and sizes, the values, a checksum over all
// of it.
#pragma once
#include <filesystem>
#include <string>

#include "reference/cache.hpp"

namespace convgauge {

/// 64 bits over `bytes` of `data`, continuing from `seed`.
std::uint64_t checksum(const void* data, std::size_t bytes, std::uint64_t seed);

/// Nothing where there is no such file, or it is torn, corrupt, of another key, or not of `outputs`
/// values.
std::shared_ptr<const ReferenceValues> read_reference(const std::filesystem::path& file,
                                                      const std::string& key, std::size_t outputs);

/// Whole or not at all: written beside, then renamed. False where the disk would not have it.
bool write_reference(const std::filesystem::path& file, const std::string& key,
                     const ReferenceValues& values);

/// Deletes the least recently used files of `directory` until at most `bytes` remain, and writers'
/// leftovers.
void enforce_quota(const std::filesystem::path& directory, std::uintmax_t bytes);

}  // namespace convgauge
