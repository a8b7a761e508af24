// Reads and writes whole files; the first line of small ones such as those of /sys and .git.
#pragma once
#include <filesystem>
#include <string>

#include "core/expected.hpp"

namespace convgauge {

/// The whole of a file. Of a pipe or a device at most 64 MiB, without waiting for a writer, and for
/// at most 10 s between two parts. The error names the file and what is wrong.
Expected<std::string> read_text(const std::filesystem::path& file);

/// Replaces the file's contents at once: where that fails (a full disk), the old ones stay. A pipe
/// or a device is written to. The error names the file and what the system said.
Expected<void> write_text(const std::filesystem::path& file, const std::string& text);

/// Without the newline; empty where the file cannot be read.
std::string first_line(const std::filesystem::path& file);

}  // namespace convgauge
