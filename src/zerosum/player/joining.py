"""The player's scripts, which are modules, as one script that can stand in a page."""

import re
from importlib.resources import files
from pathlib import Path

__all__ = ["PAGE", "RUNTIME", "joined", "text_of"]

_FOLDER = Path(str(files("zerosum.player") / "static"))

RUNTIME = (
    "simd.js",
    "arena.js",
    "multiply.js",
    "convolution.js",
    "operations.js",
    "graph.js",
    "latents.js",
    "space.js",
    "engine.js",
    "worker.js",
)
"""What computes pictures, in the page's worker; each file uses those before it."""

PAGE = (
    "page/dom.js",
    "page/asking.js",
    "page/png.js",
    "page/choice.js",
    "page/sliders.js",
    "page/stops.js",
    "page/walk.js",
    "page/page.js",
)
"""What is seen."""

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(?:\.{1,2}/)+([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|const|class) (\w+))", re.MULTILINE)


def text_of(name: str) -> str:
    """A file of the player as it is."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def joined(names: tuple[str, ...]) -> str:
    """Join modules that use each other to one script.

    Each becomes a function that is called at once, and what it exports a property of ``modules``,
    by which others find it. No tool is needed for that: files import others by their names alone.

    Args:
        names: Files, each after those that it uses.

    Example:
        >>> "import " in joined(("arena.js",))
        False
    """
    return '"use strict";\nvar modules = globalThis.modules ?? {};\n' + "".join(
        map(_as_part, names)
    )


def _as_part(name: str) -> str:
    text = text_of(name)
    exported = [match[2] for match in _EXPORT.finditer(text)]
    text = _IMPORT.sub(lambda found: _import(found, name), text)
    text = _EXPORT.sub(r"\1", text)
    return f'modules["{name}"] = (() => {{\n{text}return {{ {", ".join(exported)} }};\n}})();\n'


def _import(found: re.Match[str], importer: str) -> str:
    path = found[0].partition('from "')[2].partition('"')[0]
    folder = Path(importer).parent
    parts: list[str] = []
    for part in [*folder.parts, *path.split("/")]:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return f'const {{{found[1]}}} = modules["{"/".join(parts)}"];\n'
