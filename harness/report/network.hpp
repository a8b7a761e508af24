// Which cases are of one network under one combination of settings, where problems have settings of
// their own.
#pragma once
#include <string>
#include <vector>

#include "core/layers.hpp"
#include "record/record.hpp"

namespace convgauge::report {

/// A case, and what all cases of its network have in common apart from the settings: the suite.
struct NetworkCase {
  const CaseRecord* record = nullptr;
  std::string key;
};

/// One combination of settings of a run. Where problems have a setting of their own, `settings` has
/// the value of those that do not, or of the first one where all have it.
struct Network {
  std::string key;
  CaseSettings settings;
  /// "2 threads · f32 · nchw · forward/backward_data · strict": every value that its cases have.
  std::string text;
};

/// Whether the case is of this network: its settings are the same, apart from those that its
/// problem has of its own and, on a device, the host threads.
bool belongs(const NetworkCase& c, const Network& network);

/// Each network once, in the order of their first cases. A case on a device, and one whose problem
/// has settings of its own, makes a network only where it belongs to none of the others.
std::vector<Network> networks_of(const std::vector<NetworkCase>& cases);

}  // namespace convgauge::report
