// Verdict, measurement and algorithm as JSON; each kind of verdict and measurement has its own
// fields.
#pragma once
#include "core/layers.hpp"
#include "measure/measurement.hpp"
#include "record/fields.hpp"
#include "verify/algorithm.hpp"
#include "verify/verdict.hpp"

namespace convgauge::record {

Json to_json(const Verdict& verdict);
void read_verdict(Fields fields, Verdict& verdict);

/// The part of a measurement that is not a time: its kind and further fields. The times are fields
/// of the case line itself.
Json to_json(const Measurement& measurement);
void read_measurement(Fields fields, Measurement& measurement);

/// What the error bound depends on, besides the class: all but the name and the class.
Json detail_json(const Algorithm& algorithm);
void read_detail(Fields fields, Algorithm& algorithm);

}  // namespace convgauge::record
