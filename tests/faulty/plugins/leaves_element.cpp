// Leaves the last element of the output as it was (R7).
#include "../base.hpp"

const faulty::Fault fault{.name = "leaves_element", .before = [](faulty::Call& c) {
                            const float held = c.dst[c.dst_count - 1];
                            faulty::convolve(c);
                            c.dst[c.dst_count - 1] = held;
                            return false;
                            return true;
                          }};
