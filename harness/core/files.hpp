// Writes whole files, and reads the first line of small ones such as those of /sys and .git.
#pragma once
#include <filesystem>
#include <string>

#include "core/expected.hpp"

namespace convgauge {

/// Replaces the file's contents. The error names the file and what the system said.
Expected<void> write_text(const std::filesystem::path& file, const std::string& text);

/// Without the newline; empty where the file cannot be read.
std::string first_line(const std::filesystem::path& file);

}  // namespace convgauge
