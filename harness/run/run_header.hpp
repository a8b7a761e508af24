// What stands at the head of a run's results: who ran what, on which machine.
#pragma once
#include "run/cases.hpp"
#include "run/sweep.hpp"

namespace convgauge {

/// The header as far as nothing has to be measured for it.
HeaderRecord make_header(const Suite& suite, const Field& field, const SweepOptions& options);

/// Peaks and noise floor of the machine, for a run that measures. Takes seconds; a run too short
/// for intervals is given less, and no floor.
void measure_machine(Machine& machine, const Suite& suite, const SweepOptions& options);

}  // namespace convgauge
