// Puts /dev/null in the place of every descriptor from 3 to 20 (R16).
#include "../base.hpp"

#include <fcntl.h>
#include <unistd.h>

const faulty::Fault fault{.name = "replaces_descriptors", .before = [](faulty::Call&) {
                            const int null = open("/dev/null", O_RDWR);
                            for (int fd = 3; fd <= 20; ++fd)
                              if (fd != null) dup2(null, fd);
                            return true;
                          }};
