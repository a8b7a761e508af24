// System calls that a plugin is denied, by a seccomp filter.
#pragma once
#include <sys/types.h>

#include "core/layers.hpp"

namespace convgauge::worker {

/// What other means keep out of reach already; the filter denies the rest.
struct OutOfReach {
  bool processes = false, signals = false, attributes = false;
  pid_t driver = 0;  // its process id, where processes are not out of reach
};

/// For this thread and all that it starts: calls that reach other programs (ptrace, sockets that
/// connect, keys), leave the process group, mount, change the machine (clock, kernel, name) or hold
/// up files of others fail with EPERM, those of io_uring and clone3 as unknown to the kernel.
/// False where the machine has no seccomp; then nothing is denied. Needs PR_SET_NO_NEW_PRIVS.
bool deny_system_calls(OutOfReach out_of_reach);

}  // namespace convgauge::worker
