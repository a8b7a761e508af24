// The worker's main loop: loads one plugin and does what the driver says.
#pragma once
#include <string>
#include <vector>

namespace convgauge {

/// How a worker process is told what it is: the arguments of `convgauge worker`.
struct ChildOptions {
  std::string plugin;     // a file, or "builtin:reference"
  std::vector<int> cpus;  // its CPU mask; empty: as inherited
};

/// Descriptors that the driver leaves open for a worker.
inline constexpr int kSocketDescriptor = 3, kCrashDescriptor = 4, kArenaDescriptor = 5,
                     kStatusDescriptor = 6;

/// Exit code of a worker whose way to the driver was cut, by a plugin that closed what was not its
/// own (R16).
inline constexpr int kChannelLost = 97;

/// What a worker speaks on and works in.
struct ChildDescriptors {
  int socket = kSocketDescriptor, crash = kCrashDescriptor, arena = kArenaDescriptor;
};

/// Serves requests until the driver hangs up. The exit code. Loads the plugin at the first request.
int run_child(const ChildOptions& options);

/// The same in a thread of the driver, for a debugger: nothing is contained, and faults go where
/// they go. Takes the descriptors over.
void run_in_process(const ChildOptions& options, const ChildDescriptors& descriptors);

}  // namespace convgauge
