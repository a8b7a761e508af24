// Asks for packed weights, computes with them, and never writes them.
#include "../base.hpp"

const faulty::Fault fault{.name = "never_packs", .requirement = [](cvg_requirement& r, int) {
                            if (r.role != CVG_ROLE_WEIGHTS) return;
                            r.role = CVG_ROLE_PACKED_WEIGHTS;
                            r.form = CVG_FORM_OWN;
                          }};
