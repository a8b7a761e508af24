// Writes the element after the output (R9).
#include "../base.hpp"

const faulty::Fault fault{.name = "writes_past_output",
                          .after = [](faulty::Call& c) { c.dst[c.dst_count] = 0; }};
