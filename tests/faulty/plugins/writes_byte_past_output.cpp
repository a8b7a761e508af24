// Writes one byte after the output (R9).
#include "../base.hpp"

const faulty::Fault fault{.name = "writes_byte_past_output", .after = [](faulty::Call& c) {
                            reinterpret_cast<unsigned char*>(c.dst + c.dst_count)[0] = 0x5a;
                          }};
