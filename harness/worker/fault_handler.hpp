// What a worker does when the plugin faults: it records where, and dies of the same signal.
#pragma once
#include "core/layers.hpp"
#include "worker/crash_box.hpp"

namespace convgauge::worker {

/// Installs handlers for SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT, on a stack of their own, that
/// fill `page` and re-raise. Idempotent: called again after a plugin has taken the handlers away.
void install_fault_handlers(CrashPage& page);

}  // namespace convgauge::worker
