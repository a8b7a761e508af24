// Accumulates in 11 bits of significand, as f16 has.
#include "../base.hpp"

const faulty::Fault fault{.name = "sums_of_ten_bits", .add = [](float sum, float product) {
                            return faulty::ten_bits(sum + product);
                          }};
