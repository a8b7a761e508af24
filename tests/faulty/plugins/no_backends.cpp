// Offers no backend at all.
#include "../base.hpp"

const faulty::Fault fault{.name = "no_backends",
                          .tables = [](cvg_plugin& p, cvg_backend&) { p.backend_count = 0; }};
