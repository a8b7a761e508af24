// Gives its table to a host of any version (R1).
#include "../base.hpp"

namespace {
const cvg_plugin* table = nullptr;
}  // namespace

const faulty::Fault fault{.name = "speaks_any_version",
                          .tables = [](cvg_plugin& p, cvg_backend&) { table = &p; },
                          .entry = [](uint32_t*) { return table; }};
