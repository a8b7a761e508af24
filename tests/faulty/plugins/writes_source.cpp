// Overwrites the first element of its source (R8; mxnet#10865).
#include "../base.hpp"

const faulty::Fault fault{.name = "writes_source",
                          .after = [](faulty::Call& c) { const_cast<float*>(c.src)[0] = 0; }};
