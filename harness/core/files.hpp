// Whole files, and the one line that a file of /sys or .git is.
#pragma once
#include <filesystem>
#include <string>

#include "core/expected.hpp"

namespace convgauge {

/// Replaces the file's contents. The error names the file and what the system said.
Expected<void> write_text(const std::filesystem::path& file, const std::string& text);

/// Without its end; empty where the file cannot be read.
std::string first_line(const std::filesystem::path& file);

}  // namespace convgauge
