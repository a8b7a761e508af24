// The topology from hwloc. Only in builds that have hwloc (CONVGAUGE_HWLOC).
#pragma once
#include "core/processors.hpp"

namespace convgauge {

/// The processors of the calling thread's binding that the cgroup's cpuset allows, with the
/// system's ids. Empty where hwloc fails. [any thread]
Topology topology_by_hwloc();

/// The same for an imaginary machine that `description` describes ("package:2 l3:1 core:2 pu:2";
/// hwloc's "Synthetic topologies"), all of whose processors are allowed. For tests.
Topology synthetic_topology(const char* description);

}  // namespace convgauge
