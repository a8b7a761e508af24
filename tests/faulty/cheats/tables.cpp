// All cheats, in the order of the table in README.md.
#include "cheats.hpp"

namespace cheats {

std::span<const std::span<const Cheat>> all_rows() {
  static const std::span<const Cheat> all[] = {kWatched, kStored, kDeferred, kMachine, kDevice};
  return all;
}

}  // namespace cheats
