// Takes the workspace for zeros (R11; ncnn#6766).
#include "../base.hpp"

const faulty::Fault fault{
    .name = "trusts_workspace",
    .after = [](faulty::Call& c) { c.dst[0] += *reinterpret_cast<const float*>(c.workspace); },
    .workspace_bytes = 64};
