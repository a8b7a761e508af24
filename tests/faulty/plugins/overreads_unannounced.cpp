// Announces bytes behind its source, and reads those behind its weights (R10).
#include "../base.hpp"

namespace {

volatile float sink;

}  // namespace

const faulty::Fault fault{.name = "overreads_unannounced",
                          .requirement =
                              [](cvg_requirement& r, int) {
                                if (r.role == CVG_ROLE_SRC) r.overread_bytes = 16;
                              },
                          .after = [](faulty::Call& c) { sink = c.weights[c.weights_count]; }};
