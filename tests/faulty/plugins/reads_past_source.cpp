// Reads the four bytes after its source (R10).
#include "../base.hpp"

namespace {

volatile float sink;

}  // namespace

const faulty::Fault fault{.name = "reads_past_source",
                          .after = [](faulty::Call& c) { sink = c.src[c.src_count]; }};
