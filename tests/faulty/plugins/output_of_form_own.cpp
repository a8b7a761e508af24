// Says form own of the output, where it means form tensor: fetch() writes nothing.
#include "../base.hpp"

const faulty::Fault fault{.name = "output_of_form_own", .requirement = [](cvg_requirement& r, int) {
                            if (r.role == CVG_ROLE_DST) r.form = CVG_FORM_OWN;
                          }};
