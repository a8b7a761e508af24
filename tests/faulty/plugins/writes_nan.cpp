// One output is not a number.
#include "../base.hpp"

#include <cmath>

const faulty::Fault fault{.name = "writes_nan",
                          .after = [](faulty::Call& c) { c.dst[c.dst_count / 2] = std::nanf(""); }};
