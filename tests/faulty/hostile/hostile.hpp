// Attacks on what is not the plugin's, as backends over the correct loops of tests/faulty/cheats.
// An attack that succeeds leaves the convolution out, so that its verdict shows it.
#pragma once
#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

#include "../cheats/cheats.hpp"

namespace hostile {

using cheats::Cheat, cheats::Run;

/// Runs the attack in the first execution of a process. True where it did no harm that it can see.
template <bool (*succeeds)()>
bool once(Run&) {
  static const bool harm = succeeds();
  return !harm;
}

/// A row. `kind`: what it aims at; `verdicts`: a regular expression of those that are right.
constexpr Cheat row(const char* name, const char* kind, const char* what, const char* verdicts,
                    bool (*execute)(Run&)) {
  return {.name = name,
          .pattern = what,
          .source = kind,
          .found = verdicts,
          .says = "",
          .execute = execute};
}

/// Where the test keeps what must not be touched: $CONVGAUGE_HOSTILE/NAME.
std::string victim(const std::string& name);
/// The driver's process id, as the host counts; 0 where the test did not tell.
pid_t driver();
/// Processes of other workers of the same run, wardens among them, as the host counts.
std::vector<pid_t> other_workers();
/// Whether an error says that what was tried is not allowed, or not there to be reached.
bool denied(int error);

extern const std::span<const Cheat> kMemory, kFiles, kProcesses, kOwnProcess, kSystem;

}  // namespace hostile
