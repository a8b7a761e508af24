// Overwrites its bias (R8).
#include "../base.hpp"

const faulty::Fault fault{.name = "writes_bias",
                          .after = [](faulty::Call& c) { const_cast<float*>(c.bias)[0] = 0; }};
