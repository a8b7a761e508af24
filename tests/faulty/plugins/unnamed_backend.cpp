// Its backend has no name (R2).
#include "../base.hpp"

const faulty::Fault fault{.name = "unnamed_backend",
                          .tables = [](cvg_plugin&, cvg_backend& b) { b.name = ""; }};
