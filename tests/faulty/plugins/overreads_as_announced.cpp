// Right: loads the 16 bytes behind source, weights, bias and output that it announces, as code with
// whole vectors does, and lets nothing depend on them.
#include "../base.hpp"

namespace {

volatile float sink;

void load(const float* end) {
  for (int i = 0; i < 4; ++i) sink = end[i];
}

}  // namespace

const faulty::Fault fault{.name = "overreads_as_announced",
                          .requirement = [](cvg_requirement& r, int) { r.overread_bytes = 16; },
                          .after =
                              [](faulty::Call& c) {
                                load(c.src + c.src_count);
                                load(c.weights + c.weights_count);
                                load(c.dst + c.dst_count);
                                if (c.bias) load(c.bias + c.bias_count);
                              }};
