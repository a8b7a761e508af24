// Writes upwards over the end of its stack frame, past its own return address.
#include "../base.hpp"

namespace {

volatile int length = 1 << 20;

__attribute__((noinline)) void smash() {
  volatile char frame[16];
  volatile char* volatile at = frame;
  for (int i = 0; i < length; ++i) at[i] = 0x41;
}

}  // namespace

const faulty::Fault fault{.name = "smashes_stack", .before = [](faulty::Call&) {
                            smash();
                            return true;
                          }};
