// Has no execute() and no fetch().
#include "../base.hpp"

const faulty::Fault fault{.name = "null_functions", .tables = [](cvg_plugin&, cvg_backend& b) {
                            b.execute = nullptr;
                            b.fetch = nullptr;
                          }};
