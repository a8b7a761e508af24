// Handles SIGSEGV by waiting for ever, and then causes one (R14).
#include "../base.hpp"

#include <unistd.h>
#include <csignal>

namespace {

volatile int* volatile address = nullptr;
volatile int sink;

}  // namespace

const faulty::Fault fault{.name = "steals_signal_handlers", .before = [](faulty::Call&) {
                            std::signal(SIGSEGV, [](int) {
                              for (;;) pause();
                            });
                            sink = *address;
                            return true;
                          }};
