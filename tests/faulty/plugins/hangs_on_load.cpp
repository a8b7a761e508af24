// Never comes back from cvg_plugin_entry().
#include "../base.hpp"

#include <unistd.h>

const faulty::Fault fault{.name = "hangs_on_load", .load = [] {
                            for (;;) pause();
                          }};
