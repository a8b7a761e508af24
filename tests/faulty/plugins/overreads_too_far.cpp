// Asks for more readable bytes behind its source than a plan may.
#include "../base.hpp"

const faulty::Fault fault{.name = "overreads_too_far", .requirement = [](cvg_requirement& r, int) {
                            if (r.role == CVG_ROLE_SRC) r.overread_bytes = 4097;
                          }};
