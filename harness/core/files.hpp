// Writing a whole file.
#pragma once
#include <filesystem>
#include <string>

#include "core/expected.hpp"

namespace convgauge {

/// Replaces the file's contents. The error names the file and what the system said.
Expected<void> write_text(const std::filesystem::path& file, const std::string& text);

}  // namespace convgauge
