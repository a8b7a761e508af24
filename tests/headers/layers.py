"""The dependency rule of the house, checked on every #include:
layers.py ROOT prints each breach and exits 1.

core -> config -> import -> reference -> verify -> measure -> record -> plugin -> worker -> run ->
report -> cli: a file includes its own folder or those to its left. JSON stays in config, record
and report.
plugin.h, with the names that it declares, stays in plugin and in the files of worker that run
beside a plugin (ABI_FILES): nothing else reaches it, directly or through another header.
Each layer but core, which is convgauge itself, has a namespace convgauge::LAYER of its own.
A program beside convgauge (PROGRAMS) sees the layers that it states, and itself.
plugins/include includes nothing of ours but itself; backends/X sees plugins/include,
backends/common and itself; backends/common sees plugin.h alone.
"""
import pathlib
import re
import sys

LAYERS = "core config import reference verify measure record plugin worker run report cli".split()
JSON_LAYERS = {"config", "record", "report"}
# folder of harness/ -> its namespace, and the layers that it sees
PROGRAMS = {"import/onnx": ("convgauge::onnx_import", {"core", "config"})}
ABI_FILES = {
    "worker/child.cpp",
    "worker/plan_session.hpp",
    "worker/plan_session.cpp",
    "worker/device_memory.hpp",
    "worker/device_memory.cpp",
    "worker/private_memory.hpp",
    "worker/private_memory.cpp",
}
ABI_NAME = re.compile(r"\b(CVG_[A-Z]\w*|cvg_[a-z]\w*)")
COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
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
    if name.startswith("convgauge/") and name != "convgauge/plugin.h":
        return "the harness does not see the SDK"
    if parts and parts[0] == "backends":
        return "the harness sees no backend"
    other = (
        parts[1] if parts and parts[0] == "harness" else name.split("/")[0] if "/" in name else None
    )
    if other in LAYERS and LAYERS.index(other) > LAYERS.index(layer):
        return f"{other} is to the right of {layer}"
    return None


def program_of(path, root):
    """The key of PROGRAMS that a file of harness/ belongs to, or None."""
    name = path.relative_to(root / "harness").as_posix()
    return next((p for p in PROGRAMS if name.startswith(p + "/")), None)


def program_breach(program, name, parts):
    seen = PROGRAMS[program][1]
    if name.startswith("nlohmann/"):
        return "JSON comes by config"
    inside = parts and parts[0] == "harness" and "/".join(parts[1:]).startswith(program + "/")
    if inside or (parts and parts[0] == "harness" and parts[1] in seen):
        return None
    if parts or name.startswith("convgauge/"):
        return f"{program} sees {' and '.join(sorted(seen))} and itself"
    return None


def sees_abi(name):
    return name.startswith("plugin/") or name in ABI_FILES


def reaches_abi(harness, name, seen):
    """Whether a file of the harness includes plugin.h, or a header that does."""
    if name in seen or not (harness / name).is_file():
        return False
    seen.add(name)
    return any(
        other == "convgauge/plugin.h" or reaches_abi(harness, other, seen)
        for _, other in includes(harness / name)
    )


def abi_breaches(root):
    harness = root / "harness"
    for path in files(harness):
        name = path.relative_to(harness).as_posix()
        if sees_abi(name):
            continue
        if reaches_abi(harness, name, set()):
            yield f"harness/{name}: reaches plugin.h, which only plugin and the worker's child see"
        used = ABI_NAME.search(COMMENT_OR_TEXT.sub("", path.read_text(encoding="utf-8")))
        if used:
            yield (
                f"harness/{name}: names {used[0]} of plugin.h, "
                "which only plugin and the worker's child see"
            )


# Stands beside the types of other layers that it describes for messages.
NO_NAMESPACE_OF_ITS_OWN = {"worker/wire_parts.hpp"}
NAMESPACE = re.compile(r"^namespace (convgauge[\w:]*) \{", re.M)


def namespace_breaches(root):
    harness = root / "harness"
    for path in files(harness):
        name = path.relative_to(harness).as_posix()
        layer = name.split("/")[0]
        own = "convgauge" if layer == "core" else f"convgauge::{layer}"
        program = program_of(path, root)
        if program:
            own = PROGRAMS[program][0]
        opened = NAMESPACE.findall(path.read_text(encoding="utf-8"))
        mine = [n for n in opened if n == own or n.startswith(own + "::")]
        if opened and not mine and name not in NO_NAMESPACE_OF_ITS_OWN:
            yield f"harness/{name}: opens {opened[0]}, not {own}"


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
    if backend == "common" and name.startswith("convgauge/") and name != "convgauge/plugin.h":
        return "common knows no backend, and of the ABI its C types alone"
    return None


def breaches(root):
    root = root.resolve()
    yield from abi_breaches(root)
    yield from namespace_breaches(root)
    for area in ("harness", "plugins/include", "backends"):
        for path in files(root / area):
            folder = path.relative_to(root / area).parts[0]
            for quoted, name in includes(path):
                parts = owner(root, path, quoted, name)
                program = program_of(path, root) if area == "harness" else None
                why = (
                    program_breach(program, name, parts)
                    if program
                    else harness_breach(folder, name, parts)
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
