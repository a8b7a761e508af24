// Reads the element after its bias (R10).
#include "../base.hpp"

namespace {

volatile float sink;

}  // namespace

const faulty::Fault fault{.name = "reads_past_bias",
                          .after = [](faulty::Call& c) { sink = c.bias[c.bias_count]; }};
