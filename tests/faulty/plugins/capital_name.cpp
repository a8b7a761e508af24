// Its backend's name has a capital and a space (R2).
#include "../base.hpp"

const faulty::Fault fault{.name = "capital_name",
                          .tables = [](cvg_plugin&, cvg_backend& b) { b.name = "Capital Name"; }};
