// Adds what lies in the announced bytes behind its source to the last output, times zero: right
// only where those bytes are numbers.
#include "../base.hpp"

const faulty::Fault fault{
    .name = "overreads_and_uses",
    .requirement =
        [](cvg_requirement& r, int) {
          if (r.role == CVG_ROLE_SRC) r.overread_bytes = 16;
        },
    .after = [](faulty::Call& c) { c.dst[c.dst_count - 1] += 0 * c.src[c.src_count + 3]; }};
