// Raises SIGTERM.
#include "../base.hpp"

#include <csignal>

const faulty::Fault fault{.name = "terminates_itself", .before = [](faulty::Call&) {
                            std::raise(SIGTERM);
                            return true;
                          }};
