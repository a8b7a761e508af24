// Verdict, measurement and algorithm as JSON, each alternative with its own evidence.
#pragma once
#include "measure/measurement.hpp"
#include "record/fields.hpp"
#include "verify/algorithm.hpp"
#include "verify/verdict.hpp"

namespace convgauge {

Json to_json(const Verdict& verdict);
void read_verdict(Fields fields, Verdict& verdict);

/// The part of a measurement that is not a time: its kind, and why or how. Times stand beside it in
/// the case line.
Json to_json(const Measurement& measurement);
void read_measurement(Fields fields, Measurement& measurement);

/// What the error bound depends on, without the name and the class.
Json detail_json(const Algorithm& algorithm);
void read_detail(Fields fields, Algorithm& algorithm);

}  // namespace convgauge
