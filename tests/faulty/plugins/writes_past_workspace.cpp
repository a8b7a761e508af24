// Writes the four bytes after its workspace (R9; oneDNN#6035).
#include "../base.hpp"

const faulty::Fault fault{
    .name = "writes_past_workspace",
    .after =
        [](faulty::Call& c) { reinterpret_cast<float*>(c.workspace + c.workspace_bytes)[0] = 0; },
    .workspace_bytes = 64};
