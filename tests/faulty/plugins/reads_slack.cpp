// Adds to its last output what lies behind the weights, times zero: in the room that their
// alignment leaves.
#include "../base.hpp"

const faulty::Fault fault{
    .name = "reads_slack",
    .requirement =
        [](cvg_requirement& r, int) {
          if (r.role == CVG_ROLE_WEIGHTS) r.alignment = 4096;
        },
    .after = [](faulty::Call& c) { c.dst[c.dst_count - 1] += 0 * c.weights[c.weights_count]; }};
