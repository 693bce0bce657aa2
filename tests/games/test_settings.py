"""Settings stand beside their game, cost nothing to import, and are written there alone."""

import inspect
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

import zerosum.games
from helpers.runs_in_processes import environment
from zerosum.config import CartoonConfig
from zerosum.games import Game

FOLDER = Path(zerosum.games.__file__).parent
SETTINGS = sorted(path.stem for path in FOLDER.glob("*_settings.py"))
PUBLIC = [getattr(zerosum.games, name) for name in dir(zerosum.games)]
KINDS = [each for each in PUBLIC if isinstance(each, type) and not inspect.isabstract(each)]
GAMES = [each for each in KINDS if issubclass(each, Game)]
MADE = [each for each in KINDS if "settings" in inspect.signature(each).parameters]
BUILT = {"generator", "discriminator", "victim", "content", "classes"}
"""Arguments that are called as the setting that says of what they are built."""


def test_settings_import_neither_torch_nor_numpy() -> None:
    names = [*SETTINGS, "parts.settings"]
    imports = "".join(f"import zerosum.games.{name}\n" for name in names)
    code = f"import sys\n{imports}assert not {{'torch', 'numpy'}} & set(sys.modules)\n"
    subprocess.run([sys.executable, "-c", code], check=True, env=environment())


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_stand_beside_their_game(name: str) -> None:
    assert (FOLDER / f"{name.removesuffix('_settings')}.py").exists()


def test_every_game_is_made_of_settings() -> None:
    assert len(GAMES) == 10
    assert set(GAMES) < set(MADE)


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.__name__)
def test_nothing_that_can_be_set_is_an_argument_too(kind: Any) -> None:
    settings, *others = inspect.signature(kind).parameters.values()
    assert settings.name == "settings"
    assert settings.default is inspect.Parameter.empty
    hint = get_type_hints(kind.__init__)["settings"]
    known = {each.name for one in get_args(hint) or (hint,) for each in fields(one)}
    assert not (known - BUILT) & {other.name for other in others}
    if issubclass(kind, Game):
        assert {other.default for other in others} <= {None, inspect.Parameter.empty}


def test_cartoons_are_drawn_of_photographs_alone() -> None:
    assert CartoonConfig().direction == "a2b"
    assert "direction" not in {each.name for each in fields(CartoonConfig)}
