// Kills the process that started it, which stands between it and the driver.
#include "../base.hpp"

#include <unistd.h>
#include <csignal>

const faulty::Fault fault{.name = "kills_parent", .before = [](faulty::Call&) {
                            kill(getppid(), SIGKILL);
                            return true;
                          }};
