// Calls abort().
#include "../base.hpp"

#include <cstdlib>

const faulty::Fault fault{.name = "aborts", .before = [](faulty::Call&) {
                            std::abort();
                            return true;
                          }};
