// Computes well, and dies when its plan is destroyed.
#include "../base.hpp"

#include <cstdlib>

const faulty::Fault fault{.name = "dies_in_plan_destroy",
                          .tables = [](cvg_plugin&, cvg_backend& b) {
                            b.plan_destroy = [](cvg_plan*) { std::abort(); };
                          }};
