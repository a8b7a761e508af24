// A library below it prints a banner when it is loaded (R15), and handles SIGHUP (R14).
#include "../base.hpp"

#include <csignal>
#include <cstdio>

const faulty::Fault fault{.name = "prints_on_load", .load = [] {
                            std::puts("runtime 1.2: no device found");
                            std::signal(SIGHUP, [](int) {});
                          }};
