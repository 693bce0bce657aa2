"""Who may know what, read from the source: outside `families/` nobody asks what a game is."""

import ast
import inspect
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

import zerosum
from zerosum.cli import main
from zerosum.config.families import FAMILIES, config_class, family_class
from zerosum.families import family_of
from zerosum.recipes import RECIPES, recipe

SOURCE = Path(zerosum.__file__).parent
KINDS = [kind for kinds in FAMILIES.values() for kind in kinds]


@cache
def names_of_families() -> set[str]:
    """Every class by which a family could be told: of configurations, games, and their bases."""
    games = {
        each.name
        for path in (SOURCE / "games").rglob("*.py")
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(each, ast.ClassDef) and each.name.endswith("Game") and each.name != "Game"
    }
    configs = {
        each.__name__
        for kind in KINDS
        for config in (config_class(kind), *_games_of(config_class(kind)))
        for each in config.__mro__
        if each.__name__.endswith("Config") and each.__name__ != "RunConfig"
    }
    return games | configs


def _games_of(config: type) -> tuple[Any, ...]:
    annotation = config.__annotations__["game"]
    return getattr(annotation, "__args__", (annotation,))


def questions(tree: ast.AST, names: set[str]) -> Iterator[str]:
    """What a module asks about families: by class, or by a name that stands for one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("isinstance", "issubclass"):
                yield from _named(node.args[1], names)
        elif isinstance(node, ast.MatchClass):
            yield from _named(node.cls, names)
        elif isinstance(node, ast.Compare):
            for side in (node.left, *node.comparators):
                yield from _named(side, names)
                for each in ast.walk(side):
                    if isinstance(each, ast.Constant) and each.value in {*KINDS, *FAMILIES}:
                        yield f"compares with {each.value!r}"
        elif isinstance(node, ast.Attribute) and node.attr in _ASKING:
            yield node.attr


_ASKING = {f"is_{family}" for family in FAMILIES}


def _named(node: ast.AST, names: set[str]) -> Iterator[str]:
    for each in ast.walk(node):
        name = each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", None)
        if name in names:
            yield str(name)


def test_outside_families_nobody_asks_which_family_a_game_is() -> None:
    names = names_of_families()
    assert {
        "AdversarialGame",
        "TranslationGame",
        "CycleConfig",
        "GameWithClassifierConfig",
    } <= names
    asked = {
        f"{path.relative_to(SOURCE)}: {question}"
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] != "families"
        for question in questions(ast.parse(path.read_text(encoding="utf-8")), names)
    }
    assert not asked


@pytest.mark.parametrize(
    "code",
    [
        "isinstance(game, CycleGame)",
        "isinstance(config.game, config_module.CycleConfig | AdversarialConfig)",
        "match game:\n    case PairedConfig():\n        pass",
        "type(config.game) is InvarianceConfig",
        "config.is_translation",
        "if config.game.kind == 'cycle': pass",
        "if config.family in ('translation', 'adaptation'): pass",
    ],
)
def test_a_question_is_noticed(code: str) -> None:
    assert list(questions(ast.parse(code), names_of_families()))


def test_a_configuration_only_goes_down_on_its_way_to_the_optimizer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the command line to Adam every call is into the same layer or one below it."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    layers = tomllib.loads(project.read_text(encoding="utf-8"))
    contract = layers["tool"]["importlinter"]["contracts"][0]["layers"]
    floor = {room: number for number, row in enumerate(contract) for room in row.split(" | ")}
    ways: list[list[str]] = []

    class Noted(torch.optim.Adam):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            ours = [
                Path(each.filename) for each in inspect.stack() if str(SOURCE) in each.filename
            ]
            ways.append([path.relative_to(SOURCE).parts[0].removesuffix(".py") for path in ours])

    monkeypatch.setattr(torch.optim, "Adam", Noted)
    words = (
        "--images",
        "16",
        "--batch-size",
        "16",
        "--game.generator.base-channels",
        "4",
        "--quiet",
    )
    more = ("--game.discriminator.base-channels", "4", "--evaluate-every", "0", "--device", "cpu")
    main(["train", "dcgan-digits", *words, *more, "--out", str(tmp_path / "run")])
    for way in ways:
        floors = [floor[room] for room in reversed(way)]
        assert floors == sorted(floors), list(dict.fromkeys(reversed(way)))
        assert {"cli", "jobs", "families"} <= set(way)
    assert len(ways) == 2  # Nobody plays but these two.


def test_each_kind_of_game_belongs_to_one_family_and_says_so() -> None:
    assert len(KINDS) == len(set(KINDS))
    for family, kinds in FAMILIES.items():
        config = family_class(family)
        assert config.family == family
        own = [each.__dataclass_fields__["kind"].default for each in _games_of(config)]
        assert sorted(own) == sorted(kinds)
    assert {recipe(name).family for name in RECIPES} == set(FAMILIES)
    for name in RECIPES:
        assert family_of(recipe(name)) is family_of(recipe(name))
