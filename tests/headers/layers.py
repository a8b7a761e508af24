"""The dependency rule of the house, checked on every #include:
layers.py ROOT prints each breach and exits 1.

core -> config -> reference -> verify -> measure -> record -> plugin -> worker -> run -> report ->
cli: a file includes its own folder or those to its left. JSON stays in config, record and report;
plugin.h in plugin and worker. plugins/include includes nothing of ours but itself; backends/X sees
plugins/include, backends/common and itself.
"""
import pathlib
import re
import sys

LAYERS = "core config reference verify measure record plugin worker run report cli".split()
JSON_LAYERS = {"config", "record", "report"}
ABI_LAYERS = {"plugin", "worker"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
SOURCES = {".h", ".hpp", ".c", ".cpp", ".cu", ".cuh", ".inc"}


def files(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in SOURCES) if folder.is_dir() else []


def includes(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    return [(quote == '"', name) for quote, name in INCLUDE.findall(text)]


def owner(root, path, quoted, name):
    """The folder below root that an include reaches, as its parts; None if it is none of ours."""
    candidates = [path.parent / name] if quoted else []
    candidates += [root / base / name for base in ("harness", "plugins/include", "backends")]
    for candidate in candidates:
        if candidate.exists() and root in candidate.resolve().parents:
            return candidate.resolve().relative_to(root).parts
    return None


def harness_breach(layer, name, parts):
    if layer not in LAYERS:
        return f"{layer} is no layer"
    if name.startswith("nlohmann/") and layer not in JSON_LAYERS:
        return "JSON is known to config, record and report only"
    if name.startswith("convgauge/") and (layer not in ABI_LAYERS or name != "convgauge/plugin.h"):
        return "only plugin and worker see plugin.h, and none sees the SDK"
    if parts and parts[0] == "backends":
        return "the harness sees no backend"
    other = (
        parts[1] if parts and parts[0] == "harness" else name.split("/")[0] if "/" in name else None
    )
    if other in LAYERS and LAYERS.index(other) > LAYERS.index(layer):
        return f"{other} is to the right of {layer}"
    return None


def plugins_breach(name, parts):
    if (
        parts
        and parts[0] != "plugins"
        or name.startswith(("nlohmann/", "benchmark/", "boost/", "fmt/", "tl/"))
    ):
        return "plugins/include depends on the standard library alone"
    return None


def backends_breach(backend, name, parts):
    if (
        parts
        and parts[0] == "harness"
        or name.split("/")[0] in LAYERS
        and "/" in name
        and not parts
    ):
        return "a backend gets nothing that strangers do not"
    if parts and parts[0] == "backends" and parts[1] not in (backend, "common"):
        return f"{backend} sees common and itself, not {parts[1]}"
    if backend == "common" and name.startswith("convgauge/"):
        return "common knows no backend and no ABI"
    return None


def breaches(root):
    root = root.resolve()
    for area in ("harness", "plugins/include", "backends"):
        for path in files(root / area):
            folder = path.relative_to(root / area).parts[0]
            for quoted, name in includes(path):
                parts = owner(root, path, quoted, name)
                why = (
                    harness_breach(folder, name, parts)
                    if area == "harness"
                    else plugins_breach(name, parts)
                    if area == "plugins/include"
                    else backends_breach(folder, name, parts)
                )
                if why:
                    yield f"{path.relative_to(root)}: includes {name}: {why}"


if __name__ == "__main__":
    root = pathlib.Path(sys.argv[1])
    if not any(files(root / area) for area in ("harness", "plugins/include", "backends")):
        sys.exit(f"{root}: no sources found")
    found = list(breaches(root))
    print("\n".join(found) or "every include keeps the layer rule")
    sys.exit(1 if found else 0)
