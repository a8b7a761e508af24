// The worker's main loop: loads one plugin and answers the driver's requests.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "core/layers.hpp"
#include "worker/containment.hpp"
#include "worker/machine_trouble.hpp"

namespace convgauge::worker {

/// The arguments of `convgauge worker`.
struct ChildOptions {
  std::string plugin;     // a file, or "builtin:reference"
  std::vector<int> cpus;  // its CPU mask; empty: as inherited
  int threads = 1;        // that it must be able to have at once
  ContainedFolders folders{};
  pid_t driver = 0;              // its process id
  bool tolerates_state = false;  // R14: what the plugin changed is put back, and no failure
};

/// Descriptors that the driver leaves open for a worker.
inline constexpr int kSocketDescriptor = 3, kCrashDescriptor = 4, kArenaDescriptor = 5,
                     kStatusDescriptor = 6;

/// Exit code of a worker that lost its connection to the driver: a plugin closed or used a
/// descriptor that is not its own (R16).
inline constexpr int kChannelLost = 97;

/// The descriptors of the socket, the crash page and the arena.
struct ChildDescriptors {
  int socket = kSocketDescriptor, crash = kCrashDescriptor, arena = kArenaDescriptor;
};

/// Answers the first request with what the machine denied.
void answer_denied(const MachineTrouble& trouble);

/// Answers requests until the driver closes the socket; returns the exit code. Loads the plugin at
/// the first request. `namespaced`: see contain().
int run_child(const ChildOptions& options, bool namespaced);

/// The same in a thread of the driver, for a debugger: nothing is contained, and a fault ends the
/// driver. Takes ownership of the descriptors.
void run_in_process(const ChildOptions& options, const ChildDescriptors& descriptors);

}  // namespace convgauge::worker
