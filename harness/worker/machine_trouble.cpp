#include "worker/machine_trouble.hpp"

#include <fmt/format.h>
#include <string.h>
#include <sys/resource.h>

#include <cerrno>
#include <string>

#include "core/layers.hpp"

namespace convgauge::worker {
namespace {

std::string limit_of(__rlimit_resource resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return "unlimited";
  return std::to_string(limit.rlim_cur);
}

/// The limit that usually makes a call fail like this; empty where there is none.
std::string usual_cause(int error) {
  switch (error) {
    case EMFILE:
      return fmt::format("; ulimit -n allows {} open files", limit_of(RLIMIT_NOFILE));
    case EAGAIN:
      return fmt::format("; ulimit -u allows {} processes and threads", limit_of(RLIMIT_NPROC));
    case EFBIG:
      return fmt::format("; ulimit -f allows {} bytes in a file", limit_of(RLIMIT_FSIZE));
    case ENOMEM:
      return fmt::format("; ulimit -v allows {} bytes, /proc/sys/vm/max_map_count limits mappings",
                         limit_of(RLIMIT_AS));
    default:
      return "";
  }
}

}  // namespace

MachineTrouble::MachineTrouble(std::string_view call, int error)
    : std::runtime_error(fmt::format("this machine denies {} ({}: {}){}", call,
                                     ::strerrorname_np(error) ? ::strerrorname_np(error) : "errno",
                                     ::strerror(error), usual_cause(error))) {}

}  // namespace convgauge::worker
