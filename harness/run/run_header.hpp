// The header of a run's results: config, plugins and machine.
#pragma once
#include "core/layers.hpp"
#include "run/cases.hpp"
#include "run/sweep.hpp"

namespace convgauge::run {

/// Now, in UTC: "2026-11-29T05:10:00.250Z".
std::string utc_now();

/// The header without what has to be measured.
HeaderRecord make_header(const Suite& suite, const ResolvedBackends& resolved,
                         const SweepOptions& options);

/// Measures peaks and noise floor of the machine, for a run that measures. Takes seconds; a run
/// with too few samples for intervals takes less time for peaks, and gets no noise floor.
void measure_machine(Machine& machine, const Suite& suite, const SweepOptions& options);

}  // namespace convgauge::run
