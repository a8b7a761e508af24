// Kills every process of its group.
#include "../base.hpp"

#include <csignal>

const faulty::Fault fault{.name = "kills_group", .before = [](faulty::Call&) {
                            kill(0, SIGKILL);
                            return true;
                          }};
