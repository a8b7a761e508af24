// Wants every buffer aligned to 32 TiB: the slack alone is beyond any machine's memory.
#include "../base.hpp"

const faulty::Fault fault{
    .name = "aligns_beyond_memory",
    .requirement = [](cvg_requirement& r, int) { r.alignment = size_t{1} << 45; }};
