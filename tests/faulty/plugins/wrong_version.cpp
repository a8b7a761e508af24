// Speaks version 77 of the ABI only (R1).
#include "../base.hpp"

const faulty::Fault fault{.name = "wrong_version",
                          .entry = [](uint32_t* version) -> const cvg_plugin* {
                            *version = 77;
                            return nullptr;
                          }};
