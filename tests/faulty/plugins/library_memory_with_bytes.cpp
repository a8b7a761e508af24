// Says of memory inside a library how large it is, which the host could not check.
#include "../base.hpp"

const faulty::Fault fault{.name = "library_memory_with_bytes",
                          .requirement =
                              [](cvg_requirement& r, int) {
                                if (r.role == CVG_ROLE_WORKSPACE)
                                  r.memory_kind = CVG_MEMORY_LIBRARY, r.alignment = 1;
                              },
                          .workspace_bytes = 64};
