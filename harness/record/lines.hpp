// Reads the two kinds of line from JSON. `error` receives the first error, with its place.
#pragma once
#include "core/layers.hpp"
#include "record/fields.hpp"
#include "record/line_reader.hpp"
#include "record/record.hpp"

namespace convgauge::record {

inline constexpr int kDeepestLine = 64;  // how deep the lists and objects of a line may nest

CaseRecord case_from_json(const Json& json, const Place& place, std::string& error);
HeaderRecord header_from_json(const Json& json, const Place& place, std::string& error);

/// The first line of a file must be the header, and each other one a case.
void check_kind(Fields& fields, bool first);

/// The header, from the first line.
Expected<HeaderRecord> read_header(LineReader& lines, const std::filesystem::path& file);

}  // namespace convgauge::record
