// Gives any host a table of version 0 (R1).
#include "../base.hpp"

const faulty::Fault fault{.name = "table_of_version_0",
                          .tables = [](cvg_plugin& p, cvg_backend&) { p.abi_version = 0; }};
