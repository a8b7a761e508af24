// Writes to every descriptor from 3 to 20 (R16).
#include "../base.hpp"

#include <unistd.h>

const faulty::Fault fault{.name = "writes_descriptors", .before = [](faulty::Call&) {
                            for (int fd = 3; fd <= 20; ++fd)
                              if (write(fd, "junk\n", 5) < 0) continue;
                            return true;
                          }};
