#include "core/control_groups.hpp"

#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace convgauge {
namespace {

namespace fs = std::filesystem;

bool has_word(const std::string& words, std::string_view word) {
  std::istringstream in(words);
  for (std::string one; std::getline(in, one, ',');)
    if (one == word) return true;
  return false;
}

/// Of lines "number:controllers:path"; version 2 names no controllers.
std::optional<std::string> path_of_group(const fs::path& root, std::string_view controller,
                                         bool first_version) {
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string number, controllers, path; std::getline(in, number, ':') &&
                                              std::getline(in, controllers, ':') &&
                                              std::getline(in, path);)
    if (first_version ? has_word(controllers, controller) : controllers.empty()) return path;
  return std::nullopt;
}

/// Appends the group and its ancestors, by /proc/self/mountinfo: "... root mount-point options ...
/// - type source superoptions" (proc_pid_mountinfo(5)).
void append(std::vector<ControlGroup>& groups, const fs::path& root, std::string_view controller,
            bool first_version) {
  const auto path = path_of_group(root, controller, first_version);
  if (!path) return;
  std::ifstream in(root / "proc/self/mountinfo");
  for (std::string line; std::getline(in, line);) {
    const auto dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream front(line.substr(0, dash)), back(line.substr(dash + 3));
    std::string id, parent, device, mounted, point, type, source, options;
    front >> id >> parent >> device >> mounted >> point;
    back >> type >> source >> options;
    if (type != (first_version ? "cgroup" : "cgroup2")) continue;
    if (first_version && !has_word(options, controller)) continue;
    // A container may see a part of the tree only, mounted at the root of its own.
    const auto below = fs::path(*path).lexically_relative(mounted);
    const auto top = root / fs::path(point).relative_path();
    const bool inside = !below.empty() && *below.begin() != ".." && below != ".";
    for (auto folder = inside ? top / below : top;; folder = folder.parent_path()) {
      groups.push_back({folder, first_version});
      if (folder == top || folder == folder.parent_path()) return;
    }
  }
}

}  // namespace

std::vector<ControlGroup> control_groups(std::string_view controller, const fs::path& root) {
  std::vector<ControlGroup> groups;
  for (const bool first_version : {false, true}) append(groups, root, controller, first_version);
  return groups;
}

}  // namespace convgauge
