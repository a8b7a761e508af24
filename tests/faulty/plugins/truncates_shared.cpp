// Tries to cut off the files behind the memory that it shares with the driver, which would then die
// of SIGBUS.
#include "../base.hpp"

#include <unistd.h>

const faulty::Fault fault{.name = "truncates_shared", .before = [](faulty::Call&) {
                            for (int fd = 3; fd <= 20; ++fd) (void)!ftruncate(fd, 0);
                            return true;
                          }};
