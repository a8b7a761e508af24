// Asks for more bytes each time it is asked what it needs (R6).
#include "../base.hpp"

const faulty::Fault fault{.name = "requirements_change",
                          .requirement = [](cvg_requirement& r, int calls) {
                            r.bytes += static_cast<size_t>(calls) * 64;
                          }};
