// Reads whatever waits on descriptors that are not its own: the driver's next order among it.
#include "../base.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <thread>

const faulty::Fault fault{.name = "reads_descriptors", .before = [](faulty::Call&) {
                            static bool done = false;
                            if (done) return true;
                            done = true;
                            std::thread([] {
                              char stolen[4096];
                              for (int round = 0; round < 100'000; ++round)
                                for (int d = 0; d < 64; ++d) {
                                  const int flags = fcntl(d, F_GETFL);
                                  if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY) continue;
                                  fcntl(d, F_SETFL, flags | O_NONBLOCK);
                                  while (read(d, stolen, sizeof stolen) > 0) {
                                  }
                                }
                            }).detach();
                            return true;
                          }};
