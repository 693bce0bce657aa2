"""What `zerosum recipes` says of sizes, against the networks themselves."""

from dataclasses import replace
from pathlib import Path

import pytest

from zerosum.config import ClassifyingConfig, change
from zerosum.config.build import build_game
from zerosum.nn import count_parameters
from zerosum.recipes import RECIPES, WEIGHTS, recipe
from zerosum.training.engine import start_engine

_LARGE = 5_000_000


def _weights(name: str, folder: Path) -> int:
    config = recipe(name)
    if isinstance(config.game, ClassifyingConfig):
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
