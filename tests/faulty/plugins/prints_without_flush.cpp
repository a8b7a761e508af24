// Leaves text in the buffers of standard output, where it shows only once they are flushed (R15).
#include "../base.hpp"

#include <cstdio>
#include <iostream>

const faulty::Fault fault{.name = "prints_without_flush", .before = [](faulty::Call& c) {
                            std::printf("by printf in execution %d", static_cast<int>(c.execution));
                            std::cout << "by a stream";
                            return true;
                          }};
