// Declares that NaN may be lost, and loses infinities too.
#include "../base.hpp"

#include <cfloat>
#include <cmath>

const faulty::Fault fault{.name = "loses_infinities",
                          .algorithm = [](cvg_algorithm& a) { a.ignores_nan = 1; },
                          .after =
                              [](faulty::Call& c) {
                                for (int64_t i = 0; i < c.dst_count; ++i)
                                  c.dst[i] = std::fmin(std::fmax(c.dst[i], -FLT_MAX), FLT_MAX);
                              }};
