"""Break functions of zerosum, one at a time, and see whether a test notices.

python scripts/mutations.py --number 60 --seed 0

Functions are drawn by a seed. Each is replaced by the identity of its first argument or by a
constant that fits its annotation, in a copy of the checkout; then its doctests run, and the tests
that import its module or a module that uses it, up to the first that fails. What fails without the
change too does not count. A survivor is a function that nobody would miss: it needs a better test,
or a reason in `REASONS`; the exit status is 1 if one has neither.
"""

import argparse
import ast
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from queue import Queue
from time import monotonic

ROOT = Path(__file__).parents[1]
PACKAGE = Path("src", "zerosum")

REASONS: Mapping[str, str] = {}
"""Survivors that may live, by the name that is printed, each with the reason."""

TENSORS = re.compile(
    r"^(Float|Int|Bool|UInt8|Float64|Integer)\[Tensor|^Tensor$|^NDArray\["
    r"|^(AnyLatents|Bytes|ClassLogits|FeatureProducts|Features|Images|Labels|Latents|Logits|Maps"
    r"|Mask|Opinions|OtherFeatures|OtherImages|PerSample|Pixels|Places|Points|Probabilities"
    r"|Scalar|Tints)$"
)
CONSTANTS: Mapping[str, tuple[str, ...]] = {
    "bool": ("False", "True"),
    "int": ("0",),
    "float": ("0.0",),
    "str": ("''",),
    "None": ("None",),
}
EMPTY = {"list": "[]", "dict": "{}", "Mapping": "{}", "Sequence": "()", "set": "set()"}
EMPTY |= {"frozenset": "frozenset()", "Iterator": "iter(())", "Iterable": "()"}

BROKEN = '''
"""What stands in the place of a function."""

from functools import wraps


def broken(kind, first="", place=0, value=None):
    def of(function):
        @wraps(function)
        def replaced(*arguments, **named):
            if kind == "identity":
                return named[first] if first in named else arguments[place]
            if kind == "constant":
                return value()
            return zeros(function(*arguments, **named))

        return replaced

    return of


def zeros(found):
    try:
        return found * 0
    except (TypeError, RuntimeError):  # Truth values.
        return found ^ found
'''


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A function, and what stands in its place.

    Attributes:
        path: The module's file below the package.
        name: The function's, after its class's if it has one.
        line: Where ``def`` stands.
        change: ``identity``, ``zeros``, or a constant.
        decorator: What makes it so.
    """

    path: Path
    name: str
    line: int
    change: str
    decorator: str

    @property
    def module(self) -> str:
        """Its dotted name."""
        parts = self.path.with_suffix("").parts
        return ".".join(("zerosum", *parts)).removesuffix(".__init__")

    @property
    def title(self) -> str:
        """What it is called in the table."""
        return f"{self.module}:{self.name}"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What became of a mutant.

    Attributes:
        title: Which one.
        change: What was done to it.
        verdict: ``killed``, ``survived``, ``untested`` or ``too long``.
        by: The test that noticed, or the reason why none has to.
        seconds: How long it took.
    """

    title: str
    change: str
    verdict: str
    by: str = ""
    seconds: float = 0.0


def mutants(root: Path = ROOT) -> Iterator[Mutant]:
    """All that can be made of a checkout, one for each way to break each function."""
    for path in sorted((root / PACKAGE).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inner = path.relative_to(root / PACKAGE)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                yield from _changes(node, inner)
            elif isinstance(node, ast.ClassDef) and not _is_protocol(node):
                for each in node.body:
                    if isinstance(each, ast.FunctionDef):
                        yield from _changes(each, inner, node.name)


def _is_protocol(node: ast.ClassDef) -> bool:
    return any("Protocol" in ast.unparse(base) for base in node.bases)


def _changes(node: ast.FunctionDef, path: Path, owner: str = "") -> Iterator[Mutant]:
    """The ways to break one function; none where there is nothing to be broken."""
    decorators = {ast.unparse(each) for each in node.decorator_list}
    body = node.body[1:] if ast.get_docstring(node) else node.body
    if not body or _is_empty(body) or decorators & {"abstractmethod", "overload"}:
        return
    if "contextmanager" in decorators or node.name == "__init__" or node.returns is None:
        return
    name = f"{owner}.{node.name}" if owner else node.name
    made = Mutant(path=path, name=name, line=node.lineno, change="", decorator="")
    returns = ast.unparse(node.returns).strip("'\"")
    place = 0 if not owner or "staticmethod" in decorators else 1
    arguments = [*node.args.posonlyargs, *node.args.args]
    if len(arguments) > place and arguments[place].annotation is not None:
        first = arguments[place]
        if ast.unparse(first.annotation).strip("'\"") == returns:  # type: ignore[arg-type]
            call = f"'identity', first={first.arg!r}, place={place}"
            yield replace(made, change="identity", decorator=call)
    if TENSORS.search(returns):
        yield replace(made, change="zeros", decorator="'zeros'")
    for value in _constants(returns):
        if not _gives(body, value):
            call = f"'constant', value=lambda: {value}"
            yield replace(made, change=value, decorator=call)


def _is_empty(body: Sequence[ast.stmt]) -> bool:
    """Whether it is a form to be filled in by others."""
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return True
    return isinstance(first, ast.Pass | ast.Raise) and len(body) == 1


def _gives(body: Sequence[ast.stmt], value: str) -> bool:
    """Whether the function gives that constant anyway."""
    first = body[0]
    if not isinstance(first, ast.Return) or len(body) > 1:
        return False
    return first.value is None or ast.unparse(first.value) == value


def _constants(returns: str) -> Sequence[str]:
    if returns in CONSTANTS:
        return CONSTANTS[returns]
    if returns.endswith("| None"):
        return ("None",)
    kind, _, inner = returns.partition("[")
    if kind == "tuple":
        return ("()",) if inner.endswith("...]") else ()
    return (EMPTY[kind],) if kind in EMPTY and inner else ()


def draw(number: int, seed: int) -> list[Mutant]:
    """So many functions, each with one way to break it."""
    ways: dict[str, list[Mutant]] = {}
    for each in mutants():
        ways.setdefault(each.title, []).append(each)
    chance = random.Random(seed)
    chosen = chance.sample(sorted(ways), min(number, len(ways)))
    return [chance.choice(ways[title]) for title in chosen]


# --- Which tests ---------------------------------------------------------------------------------

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


def tests_of(mutant: Mutant) -> list[Path]:
    """The tests that know a module or what uses it, from the nearest to the farthest."""
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

    def order(test: Path) -> tuple[bool, int, int]:
        return test != mirrored, distances.get(test, FARTHEST + 2), (ROOT / test).stat().st_size

    return sorted(tests, key=order)


# --- Trials --------------------------------------------------------------------------------------


FAILED = re.compile(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", re.M)


class Copy:
    """A copy of the checkout, in which functions are broken and mended again."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / ROOT.name
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in listed.stdout.splitlines():
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.root / name)
        (self.root / "src" / "zerosum_broken.py").write_text(BROKEN, encoding="utf-8")

    def try_out(self, mutant: Mutant, limit: float, *, ignored: Sequence[str] = ()) -> Trial:
        """Break a function, and run the tests that should notice, but for some."""
        start = monotonic()
        path = self.root / PACKAGE / mutant.path
        whole = path.read_text(encoding="utf-8")
        path.write_text(_broken(whole, mutant), encoding="utf-8")
        tests = [str(PACKAGE / mutant.path), *map(str, tests_of(mutant))]
        try:
            verdict, by = self._run([*tests, *(f"--deselect={each}" for each in ignored)], limit)
        finally:
            path.write_text(whole, encoding="utf-8")
        if verdict != "killed":
            by = REASONS.get(mutant.title, "")
        return Trial(
            title=mutant.title,
            change=mutant.change,
            verdict=verdict,
            by=by,
            seconds=round(monotonic() - start, 1),
        )

    def sick(self, tests: Sequence[str]) -> list[str]:
        """Which tests fail though nothing is broken."""
        run = sorted({test for test in tests if "::" in test})
        return FAILED.findall(self._pytest(run, limit=3600.0)[1]) if run else []

    def _run(self, tests: Sequence[str], limit: float) -> tuple[str, str]:
        """The verdict of some tests, and which one it is by."""
        try:
            status, said = self._pytest(["-x", *tests], limit)
        except subprocess.TimeoutExpired:
            return "too long", ""
        if status in (0, 5):  # 5: there are none.
            return ("survived" if " passed" in said else "untested"), ""
        failed = FAILED.findall(said)
        return "killed", failed[0] if failed else "nothing can be imported"

    def _pytest(self, arguments: Sequence[str], limit: float) -> tuple[int, str]:
        """How it ended, and what it said; what it started ends with it."""
        command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider"]
        paths = f"{self.root / 'src'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
        environment = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
            running = subprocess.Popen(
                [*command, *arguments],
                cwd=self.root,
                env=environment,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status = running.wait(limit)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
                running.wait()
            said.seek(0)
            return status, said.read()


def _broken(text: str, mutant: Mutant) -> str:
    """A module with a decorator before a function."""
    lines = text.splitlines(keepends=True)
    place = mutant.line - 1
    indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
    decorator = f'@__import__("zerosum_broken").broken({mutant.decorator})\n'
    return "".join([*lines[:place], indent + decorator, *lines[place:]])


def report(trials: Sequence[Trial]) -> str:
    """How many there were of each verdict, and all that was not killed."""
    counts = Counter(trial.verdict for trial in trials)
    lines = [", ".join(f"{verdict} {count}" for verdict, count in counts.most_common())]
    for trial in trials:
        if trial.verdict != "killed":
            lines.append(f"{trial.title} → {trial.change}: {trial.by or 'no reason is stated'}")
    return "\n".join(lines)


def main() -> int:
    """Draw, break, run, and say what became of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--number", type=int, default=60, help="functions to draw")
    parser.add_argument("--seed", type=int, default=0, help="from which the choice follows")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for each")
    parser.add_argument("--jobs", type=int, default=1, help="how many to try at a time")
    parser.add_argument(
        "--only", nargs="*", help="functions to break instead, as the table names them"
    )
    parser.add_argument("--list", action="store_true", help="show what is drawn, and no more")
    parser.add_argument("--json", type=Path, help="file for the results")
    options = parser.parse_args()
    drawn = draw(options.number, options.seed)
    if options.only:
        drawn = [each for each in mutants() if each.title in options.only]
    if options.list:
        print(*(f"{each.title} → {each.change}" for each in drawn), sep="\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        copies = [Copy(Path(folder, str(number))) for number in range(options.jobs)]
        trials = _try_all(drawn, copies, options.limit)
    if options.json is not None:
        rows = [asdict(each) for each in trials]
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(report(trials))
    return int(any(trial.verdict != "killed" and not trial.by for trial in trials))


def _try_all(drawn: Sequence[Mutant], copies: Sequence[Copy], limit: float) -> list[Trial]:
    """What becomes of each, where only tests that pass without it can notice it."""
    free: Queue[Copy] = Queue()
    for copy in copies:
        free.put(copy)
    ignored: list[str] = []

    def trial_of(mutant: Mutant) -> Trial:
        copy = free.get()
        try:
            trial = copy.try_out(mutant, limit, ignored=ignored)
        finally:
            free.put(copy)
        print(f"{trial.title} → {trial.change}: {trial.verdict} {trial.by}", flush=True)
        return trial

    with ThreadPoolExecutor(len(copies)) as workers:
        trials = dict(zip(drawn, workers.map(trial_of, drawn), strict=True))
        while sick := copies[0].sick([each.by for each in trials.values()]):
            print("These fail by themselves:", *sick, flush=True)
            ignored += sick
            again = [mutant for mutant in drawn if trials[mutant].by in sick]
            trials |= zip(again, workers.map(trial_of, again), strict=True)
    return list(trials.values())


if __name__ == "__main__":
    sys.exit(main())
