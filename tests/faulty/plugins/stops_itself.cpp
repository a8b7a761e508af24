// Raises SIGSTOP: neither running nor dead.
#include "../base.hpp"

#include <csignal>

const faulty::Fault fault{.name = "stops_itself", .before = [](faulty::Call&) {
                            std::raise(SIGSTOP);
                            return true;
                          }};
