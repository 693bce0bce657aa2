"""No game makes the host wait for the device within a round.

On a GPU the device computes what was ordered while the host orders what comes next. Whoever looks
at a number, or sends one, ends that; a round of StyleGAN2 orders thousands of small things.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from helpers.unseen import play_unseen
from on_gpu.games import told
from zerosum.config import change
from zerosum.recipes import RECIPES, recipe

MATTERS: dict[str, dict[str, Any]] = {
    "cyclegan": {"game.pool": 6},  # soon full
    "adda": {"game.pretraining": 4},  # soon over
}


@pytest.mark.parametrize("name", RECIPES)
def test_no_recipe_waits(name: str, tmp_path: Path) -> None:
    config = replace(told(recipe(name), tmp_path), batch_size=4)
    play_unseen(change(config, MATTERS.get(name, {})))
