// Writes a long report to standard error, whose first and last lines matter, and aborts.
#include "../base.hpp"

#include <cstdio>
#include <cstdlib>

const faulty::Fault fault{.name = "reports_at_length", .before = [](faulty::Call&) -> bool {
                            std::fputs("thread panicked: index 9 of 8\n", stderr);
                            for (int i = 0; i < 2000; ++i)
                              std::fprintf(stderr, "frame %d of the call stack\n", i);
                            std::fputs("note: the last line of the report\n", stderr);
                            std::abort();
                          }};
