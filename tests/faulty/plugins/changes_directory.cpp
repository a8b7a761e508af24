// Leaves the working directory elsewhere (R14).
#include "../base.hpp"

#include <unistd.h>

const faulty::Fault fault{.name = "changes_directory", .before = [](faulty::Call&) {
                            if (chdir("/") != 0) return true;
                            return true;
                          }};
