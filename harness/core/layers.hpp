// A namespace for each layer of the harness. core is convgauge itself; each other layer sees the
// names of all that it may include, and hides none of its own from them.
#pragma once

namespace convgauge {
namespace config {}
namespace import {
using namespace config;
}
namespace reference {
using namespace config;
}
namespace verify {
using namespace reference;
}
namespace measure {
using namespace verify;
}
namespace record {
using namespace measure;
}
namespace plugin {
using namespace record;
}
namespace worker {
using namespace plugin;
}
namespace run {
using namespace worker;
}
namespace report {
using namespace run;
}
namespace cli {
using namespace report;
using namespace import;
}  // namespace cli
}  // namespace convgauge
