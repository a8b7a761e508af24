// Clamps its results by a maximum that takes the other operand for NaN, and does not say so.
#include "../base.hpp"

#include <cmath>

const faulty::Fault fault{.name = "loses_nan_undeclared", .after = [](faulty::Call& c) {
                            for (int64_t i = 0; i < c.dst_count; ++i)
                              c.dst[i] = std::fmax(c.dst[i], -HUGE_VALF);
                          }};
