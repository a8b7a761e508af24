// Answers with a table of version 77 (R1).
#include "../base.hpp"

const faulty::Fault fault{.name = "lies_about_version",
                          .tables = [](cvg_plugin& p, cvg_backend&) { p.abi_version = 77; }};
