"""What recipes say of themselves: their sizes, where they are from, and what differs."""

import re
import runpy
from dataclasses import replace
from inspect import cleandoc
from pathlib import Path

import pytest

from zerosum.config import GameWithClassifierConfig, change
from zerosum.errors import UnknownNameError
from zerosum.families.building import build_game
from zerosum.networks.kinds import count_parameters
from zerosum.recipes import RECIPES, WEIGHTS, recipe
from zerosum.training.engine import start_engine

_LARGE = 5_000_000
ROOT = Path(__file__).parents[2]


def _weights(name: str, folder: Path) -> int:
    config = recipe(name)
    if isinstance(config.game, GameWithClassifierConfig):
        config = replace(config, game=replace(config.game, classes=tuple("0123456789")))
    if config.game.kind == "cartoon":  # Whose content is seen by a network that is downloaded.
        own = folder / "own.py"
        own.write_text("from torch import nn\n\ndef grey():\n    return nn.Conv2d(3, 1, 1)\n")
        config = change(config, {"game.content": f"{own}:grey"})
    with start_engine(device="cpu") as engine:
        game = build_game(config, engine)
    return sum(count_parameters(player.network) for player in game.players.values())


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if WEIGHTS[name] > _LARGE else [])
        for name in RECIPES
    ],
)
def test_weights_are_those_of_the_networks(name: str, tmp_path: Path) -> None:
    assert float(f"{_weights(name, tmp_path):.1e}") == WEIGHTS[name]


def test_every_recipe_has_a_size() -> None:
    assert list(WEIGHTS) == list(RECIPES)


@pytest.mark.parametrize("name", ["RECIPES", "recipe", "named"])
def test_what_else_the_package_offers_is_no_recipe(name: str) -> None:
    with pytest.raises(UnknownNameError):
        recipe(name)


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_ends_with_its_source_and_what_differs(name: str) -> None:
    *_, source, differs = cleandoc(RECIPES[name].__doc__ or "").split("\n\n")
    assert source.startswith("Source: ")
    assert re.search(r"et al\. 20\d\d|Liu 2018|the course's|^Source: none;", source)
    assert differs.startswith("Differs: ")


def test_the_page_of_recipes_says_what_they_say() -> None:
    """To mend it: python scripts/write_recipes.py."""
    script = runpy.run_path(str(ROOT / "scripts" / "write_recipes.py"))
    assert (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8") == script["page"]()
