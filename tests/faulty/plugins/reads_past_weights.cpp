// Reads 64 bytes that begin in its weights: a vector load at the end (R10).
#include "../base.hpp"

namespace {

volatile float sink;

}  // namespace

const faulty::Fault fault{.name = "reads_past_weights", .after = [](faulty::Call& c) {
                            for (int i = 0; i < 16; ++i) sink = c.weights[c.weights_count - 4 + i];
                          }};
