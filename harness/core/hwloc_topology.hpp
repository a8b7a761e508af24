// The topology as hwloc tells it. Only in builds that have hwloc (CONVGAUGE_HWLOC).
#pragma once
#include "core/processors.hpp"

namespace convgauge {

/// Processors of the calling thread's binding that the cgroup's cpuset allows, in the ids of the
/// system. Empty where hwloc fails. Any thread.
Topology topology_by_hwloc();

/// The same of a machine that `description` makes up ("package:2 l3:1 core:2 pu:2"; hwloc's
/// "Synthetic topologies"), all of whose processors are allowed. For tests.
Topology synthetic_topology(const char* description);

}  // namespace convgauge
