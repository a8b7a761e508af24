// Says that its table of functions has 8 bytes.
#include "../base.hpp"

const faulty::Fault fault{.name = "short_table",
                          .tables = [](cvg_plugin&, cvg_backend& b) { b.struct_size = 8; }};
