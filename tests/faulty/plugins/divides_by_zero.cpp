// Divides whole numbers by zero.
#include "../base.hpp"

namespace {

volatile int seven = 7, zero = 0;  // a compiler knows 1 / x without dividing
volatile int sink;

}  // namespace

const faulty::Fault fault{.name = "divides_by_zero", .before = [](faulty::Call&) {
                            sink = seven / zero;
                            return true;
                          }};
