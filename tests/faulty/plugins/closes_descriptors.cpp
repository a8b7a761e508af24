// Closes every descriptor (R16).
#include "../base.hpp"

#include <unistd.h>

const faulty::Fault fault{.name = "closes_descriptors", .before = [](faulty::Call&) {
                            for (int fd = 0; fd < 1024; ++fd) close(fd);
                            return true;
                          }};
