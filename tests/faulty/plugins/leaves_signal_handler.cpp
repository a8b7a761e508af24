// Leaves a handler for SIGSEGV behind (R14).
#include "../base.hpp"

#include <csignal>

const faulty::Fault fault{.name = "leaves_signal_handler", .before = [](faulty::Call&) {
                            std::signal(SIGSEGV, [](int) {});
                            return true;
                          }};
