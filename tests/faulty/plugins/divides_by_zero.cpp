// Divides whole numbers by zero.
#include "../base.hpp"

namespace {

volatile int zero = 0;
volatile int sink;

}  // namespace

const faulty::Fault fault{.name = "divides_by_zero", .before = [](faulty::Call&) {
                            sink = 1 / zero;
                            return true;
                          }};
