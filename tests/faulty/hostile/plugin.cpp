// What the attacks share: their tables, and whom they aim at.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "hostile.hpp"

namespace cheats {

std::span<const std::span<const Cheat>> all_rows() {
  static const std::span<const Cheat> all[] = {hostile::kMemory, hostile::kFiles,
                                               hostile::kProcesses, hostile::kOwnProcess,
                                               hostile::kSystem};
  return all;
}

}  // namespace cheats

namespace hostile {
namespace {

/// Of a process as the host counts it: /proc is that of the host where none was mounted anew.
pid_t parent_of(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("PPid:")) return std::atoi(line.c_str() + 5);
  return 0;
}

std::set<pid_t> ancestors(pid_t process) {
  std::set<pid_t> all;
  for (; process > 1 && all.insert(process).second;) process = parent_of(process);
  return all;
}

}  // namespace

std::string victim(const std::string& name) {
  const char* folder = std::getenv("CONVGAUGE_HOSTILE");
  return (folder ? std::string(folder) : "/nonexistent") + "/" + name;
}

pid_t driver() {
  for (int i = 0; i < 500; ++i) {
    int pid = 0;
    if (std::ifstream(victim("driver")) >> pid) return pid;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return 0;
}

std::vector<pid_t> other_workers() {
  std::error_code failed;
  const auto self = std::atoi(std::filesystem::read_symlink("/proc/self", failed).c_str());
  const auto above = ancestors(self);
  std::vector<pid_t> others;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    const auto process = std::atoi(entry.path().filename().c_str());
    if (process > 0 && !above.contains(process) && ancestors(process).contains(driver()))
      others.push_back(process);
  }
  return others;
}

bool denied(int error) {
  return error == EPERM || error == EACCES || error == EROFS || error == ESRCH || error == ENOSYS ||
         error == EXDEV;
}

}  // namespace hostile
