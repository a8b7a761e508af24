// Writes a line to standard output (R15).
#include "../base.hpp"

#include <cstdio>

const faulty::Fault fault{.name = "prints_a_line", .before = [](faulty::Call&) {
                            std::puts("hello from execute");
                            std::fflush(stdout);
                            return true;
                          }};
