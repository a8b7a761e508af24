// Writes one byte after the workspace (R9).
#include "../base.hpp"

const faulty::Fault fault{
    .name = "writes_byte_past_workspace",
    .after = [](faulty::Call& c) { (c.workspace + c.workspace_bytes)[0] = 0x5a; },
    .workspace_bytes = 24};
