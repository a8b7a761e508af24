// Reads the two kinds of line from JSON. `error` receives the first error, with its place.
#pragma once
#include "core/layers.hpp"
#include "record/fields.hpp"
#include "record/record.hpp"

namespace convgauge::record {

CaseRecord case_from_json(const Json& json, const Place& place, std::string& error);
HeaderRecord header_from_json(const Json& json, const Place& place, std::string& error);

}  // namespace convgauge::record
