"""Functions of a checkout, and what may stand in the place of each."""

import ast
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = Path("src", "zerosum")

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
