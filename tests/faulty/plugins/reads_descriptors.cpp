// Waits on every descriptor that is not its own, and takes what comes: the driver's next order.
#include "../base.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <thread>

const faulty::Fault fault{.name = "reads_descriptors", .before = [](faulty::Call&) {
                            static bool done = false;
                            if (done) return true;
                            done = true;
                            for (int d = 0; d < 64; ++d) {
                              const int flags = fcntl(d, F_GETFL);
                              if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY) continue;
                              std::thread([d] {
                                char stolen[65536];
                                while (read(d, stolen, sizeof stolen) > 0) {
                                }
                              }).detach();
                            }
                            usleep(50'000);
                            return true;
                          }};
