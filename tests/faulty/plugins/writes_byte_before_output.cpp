// Writes one byte before the output (R9).
#include "../base.hpp"

const faulty::Fault fault{.name = "writes_byte_before_output", .after = [](faulty::Call& c) {
                            reinterpret_cast<unsigned char*>(c.dst)[-1] = 0x5a;
                          }};
