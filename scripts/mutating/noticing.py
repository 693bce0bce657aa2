"""Which tests know a module, or what uses it."""

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from mutating.mutants import PACKAGE, ROOT, Mutant

FARTHEST = 2
"""A test that knows a module that uses one that uses the module is run; farther ones are not."""
FEW = 3
"""With fewer tests those of the room are run too, and those of all commands and families."""


@cache
def _trees() -> Mapping[Path, ast.Module]:
    """All files of the package and of its tests, below the root."""
    folders = (ROOT / PACKAGE, ROOT / "tests")
    files = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in files}


@cache
def _homes() -> Mapping[str, frozenset[Path]]:
    """In which files of the package each public name is made."""
    homes: dict[str, set[Path]] = {}
    for path, tree in _trees().items():
        for node in tree.body if path.is_relative_to(PACKAGE) else ():
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                homes.setdefault(node.name, set()).add(path)
    return {name: frozenset(paths) for name, paths in homes.items()}


@cache
def _imports(path: Path) -> frozenset[Path]:
    """The files that one imports, from the package or from the tests.

    What a package of ours gives is looked up where it is made, since packages load lazily.
    """
    found: set[Path] = set()
    for node in ast.walk(_trees()[path]):
        if isinstance(node, ast.Import):
            found |= {_file(each.name) for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            home = _file(node.module)
            found.add(home)
            for each in node.names:
                found.add(_file(f"{node.module}.{each.name}"))
                inside = home.with_suffix("") if home.stem != "__init__" else home.parent
                made = _homes().get(each.name, frozenset())
                found |= {it for it in made if it.is_relative_to(inside)}
    return frozenset(found & _trees().keys() - {path})


def _file(module: str) -> Path:
    """Where a module would be."""
    base = PACKAGE.parent if module.split(".")[0] == "zerosum" else Path("tests")
    path = base.joinpath(*module.split("."))
    return path / "__init__.py" if (ROOT / path).is_dir() else path.with_suffix(".py")


@cache
def _users() -> Mapping[Path, frozenset[Path]]:
    """Which files import each."""
    return {
        path: frozenset(user for user in _trees() if path in _imports(user)) for path in _trees()
    }


def noticed_by(mutant: Mutant) -> list[Path]:
    """The tests that know a module or what uses it; first those that name the function."""
    path = PACKAGE / mutant.path
    distances, edge = {path: 0}, {path}
    for distance in range(1, FARTHEST + 2):
        edge = {user for each in edge for user in _users()[each]} - distances.keys()
        distances |= dict.fromkeys(edge, distance)
    mirrored = Path("tests", mutant.path.parent, f"test_{mutant.path.stem}.py")
    tests = {each for each in distances if each.name.startswith("test_")}
    # What is found by its name, as families, commands and sources are, nobody imports.
    rooms = [Path("tests", room) for room in (mutant.path.parts[0], "contracts", "cli")]
    for each in _trees() if len(tests) < FEW else ():
        if each.name.startswith("test_") and any(map(each.is_relative_to, rooms)):
            tests.add(each)
    tests |= {mirrored} & _trees().keys()

    function = mutant.name.rpartition(".")[2]

    def order(test: Path) -> tuple[bool, bool, int, int]:
        text = (ROOT / test).read_text(encoding="utf-8")
        is_silent = not re.search(rf"\b{function}\b", text)
        return test != mirrored, is_silent, distances.get(test, FARTHEST + 2), len(text)

    return sorted(tests, key=order)
