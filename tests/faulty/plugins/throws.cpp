// Lets an exception out (R13).
#include "../base.hpp"

const faulty::Fault fault{.name = "throws", .before = [](faulty::Call&) {
                            throw 42;
                            return true;
                          }};
