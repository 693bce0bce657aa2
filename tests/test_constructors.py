"""How much a class asks to be made of, read off the syntax trees."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import zerosum

MOST = 8
"""Arguments of a constructor, ``self`` not counted."""

SETTINGS = ("Config", "Settings", "Controls")
"""How names of settings objects end: their fields are options, each with a default."""

EXCEPTIONS: Mapping[str, str] = {
    "jobs/attack_result.py AttackReport": "a result: one job fills it, and its fields are shown",
    "data/batches.py Batches": "all are words; `families.preparation.batching` sets most of them",
    "cli/command.py Command": "an entry of the table of commands, which names each field",
    "config/options.py Option": "what a dataclass field says of itself; made in one place",
    "lessons/pages/document.py Content": "all that a page shows; one function fills it",
    "nn/batchnorm_by_hand.py BatchNormSteps": "the nine steps of a pass; one function makes them",
    "data/ledger.py Part": "a result: one job fills it, and its fields are what is printed",
    "status.py CommandStatus": "what a file says; its keys are the fields",
    "studio/jobs.py Task": "what the queue file says of a job; its keys are the fields",
    "studio/studio.py Studio": "all that the server's routes share; one function makes it",
    "training/status.py RunStatus": "what a file says; its keys are the fields",
}
"""Classes that have more, and why."""


ROOT = Path(zerosum.__file__).parent


def _classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield f"{path.relative_to(ROOT).as_posix()} {node.name}", node


def _arguments(node: ast.ClassDef, fields: Mapping[str, list[str]]) -> list[str]:
    """The arguments of a class's own constructor, written out or made from fields."""
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name in ("__init__", "__new__"):
            every = member.args
            return [each.arg for each in (*every.posonlyargs, *every.args, *every.kwonlyargs)][1:]
    if not any("dataclass" in ast.unparse(each) for each in node.decorator_list):
        return []
    inherited = [name for base in node.bases for name in fields.get(ast.unparse(base), ())]
    return list(dict.fromkeys(inherited + _fields(node)))


def _fields(node: ast.ClassDef) -> list[str]:
    return [
        member.target.id
        for member in node.body
        if isinstance(member, ast.AnnAssign)
        and isinstance(member.target, ast.Name)
        and "ClassVar" not in ast.unparse(member.annotation)
        and "init=False" not in ast.unparse(member)
    ]


def test_a_constructor_with_many_arguments_belongs_to_a_settings_object() -> None:
    classes = dict(_classes())
    fields = {node.name: _fields(node) for node in classes.values()}
    counts = {name: len(_arguments(node, fields)) for name, node in classes.items()}
    assert counts["games/adversarial.py AdversarialGame"] == 4  # Something is read.
    assert counts["games/base.py Player"] == 7
    many = {name for name, count in counts.items() if count > MOST}
    assert {name for name in many if not name.endswith(SETTINGS)} == set(EXCEPTIONS)
