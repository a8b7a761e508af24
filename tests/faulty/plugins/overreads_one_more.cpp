// Announces that it may read 16 bytes behind its source, and reads one more (R10).
#include "../base.hpp"

namespace {

volatile unsigned char sink;

}  // namespace

const faulty::Fault fault{.name = "overreads_one_more",
                          .requirement =
                              [](cvg_requirement& r, int) {
                                if (r.role == CVG_ROLE_SRC) r.overread_bytes = 16;
                              },
                          .after =
                              [](faulty::Call& c) {
                                const auto* end =
                                    reinterpret_cast<const unsigned char*>(c.src + c.src_count);
                                for (int i = 0; i <= 16; ++i) sink = end[i];
                              }};
