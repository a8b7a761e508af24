// Opens files until there are no more descriptors, and leaves them open.
#include "../base.hpp"

#include <fcntl.h>

const faulty::Fault fault{.name = "takes_all_descriptors", .before = [](faulty::Call&) {
                            while (open("/dev/null", O_RDONLY) >= 0) {
                            }
                            return true;
                          }};
