// Overwrites the last of its weights (R8).
#include "../base.hpp"

const faulty::Fault fault{.name = "writes_weights", .after = [](faulty::Call& c) {
                            const_cast<float*>(c.weights)[c.weights_count - 1] = 0;
                          }};
