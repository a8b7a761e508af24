// Deletes the file that it was loaded from.
#include "../base.hpp"

#include <dlfcn.h>
#include <unistd.h>

extern const faulty::Fault fault;

const faulty::Fault fault{.name = "removes_itself", .before = [](faulty::Call&) {
                            Dl_info info{};
                            if (dladdr(&fault, &info) != 0) unlink(info.dli_fname);
                            return true;
                          }};
