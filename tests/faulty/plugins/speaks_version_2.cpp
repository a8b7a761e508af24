// Built for a version of the plugin interface that this host does not know (R1).
#include "../base.hpp"

const faulty::Fault fault{.name = "speaks_version_2",
                          .entry = [](uint32_t* version) -> const cvg_plugin* {
                            *version = 2;
                            return nullptr;
                          }};
