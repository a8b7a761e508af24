// Calls exit(0): a success to whoever asks only for the status.
#include "../base.hpp"

#include <cstdlib>

const faulty::Fault fault{.name = "exits_with_0", .before = [](faulty::Call&) {
                            std::exit(0);
                            return true;
                          }};
