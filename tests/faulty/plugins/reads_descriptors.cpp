// Waits on every descriptor that is not its own, and takes what comes: the driver's next order.
#include "../base.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <thread>

namespace {

void read_all(int descriptor) {
  char stolen[65536];
  while (read(descriptor, stolen, sizeof stolen) > 0) {
  }
}

/// An order wakes the thieves and the worker's own thread, and whoever runs first has it. Eight
/// thieves, and the calling thread the last to be scheduled: so it is hardly ever the worker.
bool steal(faulty::Call&) {
  static bool done = false;
  if (done) return true;
  done = true;
  for (int d = 0; d < 64; ++d) {
    const int flags = fcntl(d, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY) continue;
    for (int thief = 0; thief < 8; ++thief) std::thread(read_all, d).detach();
  }
  setpriority(PRIO_PROCESS, 0, 19);
  usleep(50'000);
  return true;
}

}  // namespace

const faulty::Fault fault{.name = "reads_descriptors", .before = steal};
