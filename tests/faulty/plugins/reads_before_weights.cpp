// Reads the four bytes before its weights (R10).
#include "../base.hpp"

namespace {

volatile float sink;

}  // namespace

const faulty::Fault fault{.name = "reads_before_weights",
                          .after = [](faulty::Call& c) { sink = c.weights[-1]; }};
