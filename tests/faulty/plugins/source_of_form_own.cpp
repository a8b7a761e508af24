// Says form own of the source, where it means form tensor: upload() writes nothing.
#include "../base.hpp"

const faulty::Fault fault{.name = "source_of_form_own", .requirement = [](cvg_requirement& r, int) {
                            if (r.role == CVG_ROLE_SRC) r.form = CVG_FORM_OWN;
                          }};
