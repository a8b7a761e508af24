"""names.py must catch each kind of breach, and accuse nothing that is allowed."""
import pathlib
import tempfile
import unittest

import names

HEADER = """
typedef int32_t cvg_dtype;
enum { CVG_DTYPE_F32 = 0, CVG_DTYPE_F64 = 1 };
#define CVG_ABI_VERSION 0u
"""


def breaches_of(header, **files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in {"plugins/include/convgauge/plugin.h": header, **files}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return list(names.breaches(root))


class Names(unittest.TestCase):
    def test_accuses_nothing_that_is_allowed(self):
        text = "CVG_DTYPE_F64 CVG_ABI_VERSION CVG_DTYPE_* XCVG_NO"
        self.assertEqual(breaches_of(HEADER, **{"backends/a.cpp": text, "plugins/b.md": text}), [])

    def test_an_enumerator_without_its_prefix(self):
        self.assertIn(
            "does not begin with CVG_DTYPE_",
            breaches_of(HEADER.replace("CVG_DTYPE_F64", "CVG_F64"))[0],
        )

    def test_an_enumeration_without_a_typedef(self):
        self.assertIn("without a typedef", breaches_of(HEADER + "enum { CVG_LAYOUT_NCHW = 0 };")[0])

    def test_a_name_that_is_not_defined(self):
        for text in ("CVG_F32", "CVG_OLD", "CVG_DTYPE_F", "CVG_LAYOUT_*"):
            self.assertEqual(len(breaches_of(HEADER, **{"tests/a.cpp": text})), 1, text)


if __name__ == "__main__":
    unittest.main()
