"""layers.py must catch each kind of breach, and accuse nothing that is allowed."""
import pathlib
import tempfile
import unittest

import layers

# file -> (what it includes, whether that is allowed)
CASES = {
    "harness/core/a.hpp": ('"config/b.hpp"', False),
    "harness/config/b.hpp": ('"core/a.hpp"', True),
    "harness/core/c.hpp": ("<nlohmann/json.hpp>", False),
    "harness/record/d.hpp": ("<nlohmann/json.hpp>", True),
    "harness/verify/e.hpp": ("<convgauge/plugin.h>", False),
    "harness/plugin/f.hpp": ("<convgauge/plugin.h>", True),
    "harness/worker/g.hpp": ("<convgauge/sdk.hpp>", False),
    "harness/cli/h.cpp": ('"run/missing.hpp"', True),
    "harness/run/i.cpp": ('"cli/missing.hpp"', False),
    "harness/report/j.cpp": ('"../../backends/naive/k.hpp"', False),
    "backends/naive/k.hpp": ("<convgauge/sdk.hpp>", True),
    "backends/naive/l.cpp": ('"core/a.hpp"', False),
    "backends/naive/m.cpp": ('"../common/n.hpp"', True),
    "backends/common/n.hpp": ("<convgauge/plugin.h>", False),
    "backends/fft/o.cpp": ('"../naive/k.hpp"', False),
    "backends/fft/p.cpp": ('"core/missing.hpp"', False),
    "plugins/include/convgauge/plugin.h": ("<stdint.h>", True),
    "plugins/include/convgauge/sdk.hpp": ("<convgauge/plugin.h>", True),
    "plugins/include/convgauge/q.hpp": ('"../../../harness/core/a.hpp"', False),
    "plugins/include/convgauge/r.hpp": ("<fmt/core.h>", False),
}


class Layers(unittest.TestCase):
    def test_each_kind_of_include(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            for name, (include, _) in CASES.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(f"#include {include}\n")
            accused = {line.split(":")[0] for line in layers.breaches(root)}
            for name, (include, allowed) in CASES.items():
                self.assertEqual(name not in accused, allowed, f"{name} includes {include}")


if __name__ == "__main__":
    unittest.main()
