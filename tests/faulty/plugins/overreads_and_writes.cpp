// Writes the last of the bytes behind its output that it only announced to read (R9).
#include "../base.hpp"

const faulty::Fault fault{
    .name = "overreads_and_writes",
    .requirement =
        [](cvg_requirement& r, int) {
          if (r.role == CVG_ROLE_DST) r.overread_bytes = 16;
        },
    .after =
        [](faulty::Call& c) { reinterpret_cast<unsigned char*>(c.dst + c.dst_count)[15] = 1; }};
