#include "core/system_memory.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "core/control_groups.hpp"

namespace convgauge {
namespace {

namespace fs = std::filesystem;

/// The number behind `key` in lines of "key number"; empty where there is none.
std::optional<double> number_of(std::istream&& in, std::string_view key) {
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    double value = 0;
    if (words >> name >> value && name == key) return value;
  }
  return std::nullopt;
}

std::optional<double> number_of(const fs::path& file, std::string_view key) {
  return number_of(std::ifstream(file), key);
}

/// A file of one number; empty where it cannot be read, or says "max".
std::optional<double> number_in(const fs::path& file) {
  std::ifstream in(file);
  double value = 0;
  return in >> value ? std::optional(value) : std::nullopt;
}

/// Those of this system are looked up once: they are asked for with every case.
std::vector<ControlGroup> groups(const fs::path& root) {
  static const auto here = control_groups("memory");
  return root == "/" ? here : control_groups("memory", root);
}

void lower(MemoryRoom& room, double bytes, std::string of) {
  bytes = std::max(0.0, bytes);
  if (bytes < room.bytes) room = {bytes, std::move(of)};
}

/// One group's limits, without those of its ancestors.
void lower_by(MemoryRoom& room, const ControlGroup& group) {
  const auto& folder = group.folder;
  const auto used =
      number_in(folder / (group.first_version ? "memory.usage_in_bytes" : "memory.current"));
  if (!used) return;
  const std::string_view prefix = group.first_version ? "total_" : "";
  double files = 0;
  for (const auto* list : {"inactive_file", "active_file"})
    files += number_of(folder / "memory.stat", std::string(prefix) + list).value_or(0);
  const auto left_of = [&](const char* name) {
    if (const auto limit = number_in(folder / name))
      lower(room, *limit - std::max(0.0, *used - files),
            "the control group's limit, " + (folder / name).string());
  };
  if (group.first_version) return left_of("memory.limit_in_bytes");
  left_of("memory.max");
  left_of("memory.high");
}

void lower_by_resource(MemoryRoom& room, decltype(RLIMIT_AS) resource, double used,
                       const char* of) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    lower(room, static_cast<double>(limit.rlim_cur) - used, of);
}

}  // namespace

MemoryRoom memory_room(const fs::path& root) {
  constexpr double kKiB = 1024;
  MemoryRoom room;
  if (const auto kib = number_of(root / "proc/meminfo", "MemAvailable:"))
    lower(room, *kib * kKiB, "this machine's memory");
  for (const auto& group : groups(root)) lower_by(room, group);
  const auto status = root / "proc/self/status";
  lower_by_resource(room, RLIMIT_AS, number_of(status, "VmSize:").value_or(0) * kKiB,
                    "address space, RLIMIT_AS");
  lower_by_resource(room, RLIMIT_DATA, number_of(status, "VmData:").value_or(0) * kKiB,
                    "data, RLIMIT_DATA");
  return room;
}

namespace {

/// The first file that has the count; empty where none has.
fs::path find_kills(const fs::path& root) {
  std::vector<fs::path> files;
  for (const auto& group : groups(root))
    files.push_back(group.folder / (group.first_version ? "memory.oom_control" : "memory.events"));
  files.push_back(root / "proc/vmstat");
  for (auto& file : files)
    if (number_of(file, "oom_kill")) return file;
  return {};
}

/// A file that stays open, because it is read with every call of a worker; empty where it is not.
std::string read_again(int descriptor) {
  std::string text;
  std::array<char, 16384> chunk;
  for (ssize_t got = 0; (got = ::pread(descriptor, chunk.data(), chunk.size(),
                                       static_cast<off_t>(text.size()))) > 0;)
    text.append(chunk.data(), static_cast<std::size_t>(got));
  return text;
}

}  // namespace

std::optional<std::int64_t> out_of_memory_kills(const fs::path& root) {
  static const int here = ::open(find_kills("/").c_str(), O_RDONLY | O_CLOEXEC);
  const auto kills = root == "/" ? number_of(std::istringstream(read_again(here)), "oom_kill")
                                 : number_of(find_kills(root), "oom_kill");
  return kills ? std::optional(static_cast<std::int64_t>(*kills)) : std::nullopt;
}

}  // namespace convgauge
