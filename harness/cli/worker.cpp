// `convgauge worker`: what the driver starts for every plugin. Not for users: it communicates over
// descriptors that it inherits.
#include "worker/warden.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

#include "cli/verbs.hpp"
#include "run/outcome.hpp"

namespace convgauge::cli {
namespace {

std::vector<int> numbers(const std::string& text) {
  std::vector<int> list;
  const char *at = text.data(), *end = at + text.size();
  while (at < end) {
    int value = 0;
    at = std::from_chars(at, end, value).ptr + 1;
    list.push_back(value);
  }
  return list;
}

}  // namespace

int worker(const Arguments& arguments) {
  ChildOptions options;
  options.driver = ::getppid();
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    if (arguments[i] == "--plugin") options.plugin = arguments[i + 1];
    if (arguments[i] == "--cpus") options.cpus = numbers(arguments[i + 1]);
    if (arguments[i] == "--tolerate") options.tolerates_state = true;
    if (arguments[i] == "--scratch") options.folders.scratch = arguments[i + 1];
    if (arguments[i] == "--hidden") options.folders.hidden = arguments[i + 1];
    if (arguments[i] == "--threads") options.threads = numbers(arguments[i + 1]).at(0);
  }
  if (options.plugin.empty() || ::fcntl(kStatusDescriptor, F_GETFD) < 0) {
    fmt::print(stderr,
               "convgauge: the verb worker is started by the driver; to try a plugin, use "
               "`convgauge verify PROBLEM "
               "--plugin FILE`\n");
    return kUsage;
  }
  run_warden(options);
}

}  // namespace convgauge::cli
