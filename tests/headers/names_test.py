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

    def test_the_frozen_interface(self):
        header = """
typedef int32_t cvg_dtype;
enum { CVG_DTYPE_F32 = 0 };
typedef struct cvg_pair {
  size_t struct_size;
  int64_t a, b[4];
  cvg_status (*run)(const cvg_pair* p, int32_t count);
} cvg_pair;
"""
        whole = """
VALUE(CVG_DTYPE_F32, 0);
SIZE(cvg_pair, 56);
FIELD(cvg_pair, struct_size, 0);
FIELD(cvg_pair, a, 8);
FIELD(cvg_pair, b, 16);
FIELD(cvg_pair, run, 48);
ENDS(cvg_pair, run);
FUNCTION(cvg_pair, run, cvg_status, (const cvg_pair*, int32_t));
"""
        self.assertEqual(list(names.layout_breaches(header, whole)), [])
        lines = whole.strip().splitlines()
        for i, line in enumerate(lines):
            without = "\n".join(lines[:i] + lines[i + 1 :])
            self.assertEqual(len(list(names.layout_breaches(header, without))), 1, line)


if __name__ == "__main__":
    unittest.main()
