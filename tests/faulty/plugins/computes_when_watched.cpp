// Computes only where it finds a poisoned output, and leaves any other as it is (R11).
#include "../base.hpp"

#include <cmath>

const faulty::Fault fault{.name = "computes_when_watched",
                          .before = [](faulty::Call& c) { return std::isnan(c.dst[0]); }};
