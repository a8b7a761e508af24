// Writes one byte after the weights (R9).
#include "../base.hpp"

const faulty::Fault fault{.name = "writes_byte_past_weights", .after = [](faulty::Call& c) {
                            const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(
                                c.weights + c.weights_count))[0] = 0x5a;
                          }};
