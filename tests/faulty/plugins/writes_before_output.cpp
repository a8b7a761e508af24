// Writes the element before the output (R9).
#include "../base.hpp"

const faulty::Fault fault{.name = "writes_before_output",
                          .after = [](faulty::Call& c) { c.dst[-1] = 0; }};
