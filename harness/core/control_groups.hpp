// Where the control groups of this process are (cgroups(7)).
#pragma once
#include <filesystem>
#include <string_view>
#include <vector>

namespace convgauge {

/// The folder of one control group. The two versions of the interface name their files differently.
struct ControlGroup {
  std::filesystem::path folder;
  bool first_version = false;
};

/// The groups of this process that `controller` ("cpu") governs: its own first, then the ancestors
/// that can be seen, of version 2 and of version 1. Empty where the system tells none. `root`: the
/// folder that holds proc and sys. [any thread]
std::vector<ControlGroup> control_groups(std::string_view controller,
                                         const std::filesystem::path& root = "/");

}  // namespace convgauge
