// Asks for 63 TiB of workspace: no machine's, and it must be told before a page of it is touched.
#include "../base.hpp"

const faulty::Fault fault{.name = "asks_for_endless_workspace",
                          .workspace_bytes = int64_t{63} << 40};
