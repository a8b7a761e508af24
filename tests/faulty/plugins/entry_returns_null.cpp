// Returns no table for a version that it says it speaks (R1).
#include "../base.hpp"

const faulty::Fault fault{.name = "entry_returns_null",
                          .entry = [](uint32_t*) -> const cvg_plugin* { return nullptr; }};
