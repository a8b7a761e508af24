// Tries to open the memory of the processes above it, to write into it. Where it can, it computes
// nothing.
#include "../base.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

int parent_of(int process) {
  std::FILE* status = std::fopen(("/proc/" + std::to_string(process) + "/status").c_str(), "r");
  char line[256];
  int parent = 0;
  while (status && std::fgets(line, sizeof line, status))
    if (std::sscanf(line, "PPid: %d", &parent) == 1) break;
  if (status) std::fclose(status);
  return parent;
}

bool opens(int process) {
  const int memory = open(("/proc/" + std::to_string(process) + "/mem").c_str(), O_RDWR);
  if (memory >= 0) close(memory);
  return memory >= 0;
}

}  // namespace

const faulty::Fault fault{.name = "opens_memory_of_others", .before = [](faulty::Call&) {
                            const int warden = getppid(), driver = parent_of(warden);
                            return !opens(warden) && !opens(driver);
                          }};
