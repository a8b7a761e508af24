// Calls exit(3).
#include "../base.hpp"

#include <cstdlib>

const faulty::Fault fault{.name = "exits_with_3", .before = [](faulty::Call&) {
                            std::exit(3);
                            return true;
                          }};
