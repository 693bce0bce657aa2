"""What is promised of the tests themselves, read from their syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import zerosum

TESTS = Path(__file__).parent
SOURCE = Path(zerosum.__file__).parent
FILES = sorted(TESTS.rglob("*.py"))
OF_THE_WHOLE = {"constructors", "documents", "modules", "public_api", "rooms", "tests", "typed"}
"""What the tests beside this one look at, if it is no module."""
BESIDE = {"helpers", "contracts", "benchmarks", "browser"}
"""Folders that mirror none: what tests share, promises of all games, programs beside ours, and
pages as a browser shows them."""
CLOCKS = {"time", "monotonic", "perf_counter", "process_time"}


def private(tree: ast.AST) -> Iterator[str]:
    """The private names of others that a test knows: imported, asked for, replaced or named."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if _is_ours(module):
                parts = [*module.split("."), *(each.name for each in names)]
                yield from (name for name in parts if _is_private(name))
            case ast.Import(names=names):
                ours = [each.name for each in names if _is_ours(each.name)]
                yield from (part for name in ours for part in name.split(".") if _is_private(part))
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                pass
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
                pass
            case ast.Attribute(attr=name) if _is_private(name):
                yield name
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
                if name in ("getattr", "setattr", "delattr", "object", "patch"):
                    yield from _named(args[:2])


def _named(arguments: list[ast.expr]) -> Iterator[str]:
    """The private names in texts, such as ``zerosum.export._trace``."""
    for each in arguments:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield from (name for name in each.value.split(".") if _is_private(name))


def _is_ours(module: str) -> bool:
    """What other libraries keep to themselves, PyTorch say, they may offer in no other way."""
    return module.split(".")[0] in ("zerosum", "helpers")


def _is_private(name: str) -> bool:
    # Names such as `_repr_html_` are those of others' protocols.
    # Nor is `os._exit`, which Python documents for the child of a fork.
    is_marked = name.startswith("_") and not name.startswith("__") and not name.endswith("_")
    return is_marked and name != "_exit"


def clocks(tree: ast.AST) -> Iterator[str]:
    """Where a test looks at a clock, so that it may depend on how fast the machine is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            module, _, name = called.rpartition(".")
            if name in CLOCKS and module in ("time", ""):
                yield called


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TESTS)))
def test_a_test_knows_public_names_alone_and_no_clock(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not list(private(tree))
    assert not list(clocks(tree))


@pytest.mark.parametrize(
    "code",
    [
        "from zerosum.cli.data import _inspect",
        "import zerosum._kernels",
        "loop._move(player, turn)",
        "zerosum.api._settings({})",
        "monkeypatch.setattr(filling, '_BLOCK', 1)",
        "monkeypatch.setattr('zerosum.export._trace', fail)",
        "patch.object(speed, '_read')",
        "patch('zerosum.jobs._made')",
    ],
)
def test_a_private_name_is_noticed(code: str) -> None:
    assert list(private(ast.parse(code)))


@pytest.mark.parametrize("code", ["self._calls", "super()._hidden()", "x.__init__", "_mine()"])
def test_one_s_own_private_names_are_no_others(code: str) -> None:
    assert not list(private(ast.parse(code)))


@pytest.mark.parametrize("code", ["time.monotonic() < end", "perf_counter()", "time.time()"])
def test_a_clock_is_noticed(code: str) -> None:
    assert list(clocks(ast.parse(code)))


def test_what_tests_share_is_in_one_package() -> None:
    elsewhere = {
        str(path.relative_to(TESTS))
        for path in FILES
        if not path.is_relative_to(TESTS / "helpers")
        and not path.name.startswith("test_")
        and path.name not in ("conftest.py", "__init__.py")  # By which fixtures are of a folder.
    }
    assert not elsewhere


def test_tests_lie_as_what_they_test() -> None:
    folders = {path.parent.relative_to(TESTS) for path in FILES if path.name.startswith("test_")}
    mirrored = {folder for folder in folders if folder.parts and folder.parts[0] not in BESIDE}
    assert not [folder for folder in mirrored if not (SOURCE / folder / "__init__.py").exists()]
    names = {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")}
    assert not [each for each in names - OF_THE_WHOLE if not (SOURCE / f"{each}.py").exists()]
