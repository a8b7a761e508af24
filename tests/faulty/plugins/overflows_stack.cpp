// Recurses until the stack ends.
#include "../base.hpp"

namespace {

volatile int deepest = 1 << 30;
volatile int sink;

__attribute__((noinline)) int dive(int depth) {
  volatile char page[4096];
  page[depth % 4096] = 1;
  return depth == deepest ? 0 : dive(depth + 1) + page[depth % 4096];
}

}  // namespace

const faulty::Fault fault{.name = "overflows_stack", .before = [](faulty::Call&) {
                            sink = dive(0);
                            return true;
                          }};
