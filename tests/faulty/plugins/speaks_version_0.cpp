// Built for version 0 of the plugin interface, as plugins were before version 1 (R1).
#include "../base.hpp"

const faulty::Fault fault{.name = "speaks_version_0",
                          .entry = [](uint32_t* version) -> const cvg_plugin* {
                            *version = 0;
                            return nullptr;
                          }};
