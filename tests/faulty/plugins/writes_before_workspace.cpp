// Writes the byte before its workspace (R9).
#include "../base.hpp"

const faulty::Fault fault{.name = "writes_before_workspace",
                          .after = [](faulty::Call& c) { c.workspace[-1] = 0x5a; },
                          .workspace_bytes = 64};
