// Runs an instruction that there is not.
#include "../base.hpp"

const faulty::Fault fault{.name = "runs_data", .before = [](faulty::Call&) {
                            __builtin_trap();
                            return true;
                          }};
