// Its table has no execute().
#include "../base.hpp"

const faulty::Fault fault{.name = "table_without_execute",
                          .tables = [](cvg_plugin&, cvg_backend& b) { b.execute = nullptr; }};
