// Clamps its results by a maximum that takes the other operand for NaN, as some libraries do, and
// declares it.
#include "../base.hpp"

#include <cmath>

const faulty::Fault fault{.name = "loses_nan",
                          .algorithm = [](cvg_algorithm& a) { a.ignores_nan = 1; },
                          .after =
                              [](faulty::Call& c) {
                                for (int64_t i = 0; i < c.dst_count; ++i)
                                  c.dst[i] = std::fmax(c.dst[i], -HUGE_VALF);
                              }};
