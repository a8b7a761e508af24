// Two of its backends have one name (R2).
#include "../base.hpp"

const faulty::Fault fault{.name = "twins", .tables = [](cvg_plugin& p, cvg_backend& b) {
                            static const cvg_backend* const both[] = {&b, &b};
                            p.backends = both;
                            p.backend_count = 2;
                          }};
