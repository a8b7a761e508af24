// Every output is twice what it should be.
#include "../base.hpp"

const faulty::Fault fault{.name = "output_scaled", .after = [](faulty::Call& c) {
                            for (int64_t i = 0; i < c.dst_count; ++i) c.dst[i] *= 2;
                          }};
