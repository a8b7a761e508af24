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
    "harness/worker/child.cpp": ('"plugin/f.hpp"', True),
    "harness/worker/s.cpp": ('"plugin/f.hpp"', False),
    "harness/worker/t.hpp": ("<convgauge/plugin.h>", False),
    "harness/run/u.cpp": ('"worker/t.hpp"', False),
    "harness/run/v.cpp": ('"plugin/w.hpp"', True),
    "harness/plugin/w.hpp": ("<vector>", True),
    "harness/cli/h.cpp": ('"run/missing.hpp"', True),
    "harness/run/i.cpp": ('"cli/missing.hpp"', False),
    "harness/report/j.cpp": ('"../../backends/naive/k.hpp"', False),
    "harness/import/onnx/x.cpp": ('"core/a.hpp"', True),
    "harness/import/onnx/y.cpp": ('"import/onnx/x.cpp"', True),
    "harness/import/onnx/z.cpp": ('"plugin/w.hpp"', False),
    "harness/import/onnx/aa.cpp": ("<nlohmann/json.hpp>", False),
    "harness/import/onnx/ab.cpp": ("<onnx/onnx_pb.h>", True),
    "backends/naive/k.hpp": ("<convgauge/sdk.hpp>", True),
    "backends/naive/l.cpp": ('"core/a.hpp"', False),
    "backends/naive/m.cpp": ('"../common/n.hpp"', True),
    "backends/common/n.hpp": ("<convgauge/plugin.h>", True),
    "backends/common/s.hpp": ("<convgauge/sdk.hpp>", False),
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

    def test_namespaces_of_the_layers(self):
        texts = {
            "harness/run/a.cpp": ("namespace convgauge {", False),
            "harness/run/b.cpp": ("namespace convgauge::run {", True),
            "harness/run/c.cpp": ("namespace convgauge::run::detail {", True),
            "harness/run/d.cpp": ("namespace convgauge::report {", False),
            "harness/core/e.cpp": ("namespace convgauge {", True),
            "harness/run/f.cpp": ("int main() {}", True),
            "harness/import/onnx/g.cpp": ("namespace convgauge::onnx_import {", True),
            "harness/import/onnx/h.cpp": ("namespace convgauge::run {", False),
        }
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            for name, (text, _) in texts.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text + "\n")
            accused = {line.split(":")[0] for line in layers.breaches(root)}
            for name, (text, allowed) in texts.items():
                self.assertEqual(name not in accused, allowed, f"{name} has {text}")

    def test_names_of_the_abi(self):
        texts = {
            "harness/run/a.cpp": ("int role = CVG_ROLE_DST;", False),
            "harness/run/b.cpp": ("cvg_status status;", False),
            "harness/run/c.cpp": ('// CVG_ROLE_DST\nauto text = "cvg_plugin_entry";', True),
            "harness/plugin/d.cpp": ("int role = CVG_ROLE_DST;", True),
            "harness/worker/plan_session.cpp": ("cvg_status status;", True),
        }
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            for name, (text, _) in texts.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            accused = {line.split(":")[0] for line in layers.breaches(root)}
            for name, (text, allowed) in texts.items():
                self.assertEqual(name not in accused, allowed, f"{name}: {text}")


if __name__ == "__main__":
    unittest.main()
