// Writes a megabyte past the output.
#include "../base.hpp"

const faulty::Fault fault{.name = "wild_write",
                          .after = [](faulty::Call& c) { c.dst[c.dst_count + (1 << 18)] = 0; }};
