// Writes the element after the source (R9).
#include "../base.hpp"

const faulty::Fault fault{.name = "writes_past_source", .after = [](faulty::Call& c) {
                            const_cast<float*>(c.src)[c.src_count] = 0;
                          }};
