// Reads the four bytes before its source (R10).
#include "../base.hpp"

namespace {

volatile float sink;

}  // namespace

const faulty::Fault fault{.name = "reads_before_source",
                          .after = [](faulty::Call& c) { sink = c.src[-1]; }};
