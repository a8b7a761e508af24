// Reads a JSON file into a tree. Stricter than the library's own reader: a repeated key and an
// integer that does not fit are errors.
#pragma once
#include <filesystem>
#include <string_view>

#include "config/place.hpp"
#include "core/layers.hpp"

namespace convgauge::config {

/// Syntax errors read `FILE: line 3, column 5: ...`. `name` is what messages call the text.
Expected<Json> parse_json(std::string_view text, const std::string& name);

/// The whole file; messages call it by the path as given.
Expected<Json> read_json(const std::filesystem::path& file);

}  // namespace convgauge::config
