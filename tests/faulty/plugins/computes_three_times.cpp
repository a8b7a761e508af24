// Computes the first three times that a plan runs: enough for a check before the timing, none after
// it.
#include "../base.hpp"

const faulty::Fault fault{.name = "computes_three_times",
                          .before = [](faulty::Call& c) { return c.execution < 3; }};
