// Says that its source lies inside a library.
#include "../base.hpp"

const faulty::Fault fault{.name = "source_in_library", .requirement = [](cvg_requirement& r, int) {
                            if (r.role != CVG_ROLE_SRC) return;
                            r.memory_kind = CVG_MEMORY_LIBRARY;
                            r.form = CVG_FORM_OWN;
                            r.bytes = 0, r.alignment = 1;
                          }};
