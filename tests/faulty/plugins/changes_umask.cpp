// Leaves another umask (R14).
#include "../base.hpp"

#include <sys/stat.h>

const faulty::Fault fault{.name = "changes_umask", .before = [](faulty::Call&) {
                            umask(0);
                            return true;
                          }};
