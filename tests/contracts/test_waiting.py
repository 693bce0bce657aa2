"""No game makes the host wait for the device within a round.

On a GPU the device computes what was ordered while the host orders what comes next. Whoever looks
at a number, or sends one, ends that; a round of StyleGAN2 orders thousands of small things.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from unseen import play_unseen
from zerosum.config import change
from zerosum.recipes import RECIPES, recipe

CLASSES = tuple("0123456789")

KINDS: dict[str, dict[str, Any]] = {
    "classification": {"game.classes": CLASSES},
    "semi-supervised": {"game.classes": CLASSES},
    "invariance": {"game.classes": CLASSES},
    "cycle": {"game.pool": 6},
    "cartoon": {"game.warmup": 4},
}
"""What a kind of game must be told before it can be built, or to play what matters at once."""


@pytest.mark.parametrize("name", RECIPES)
def test_no_recipe_waits(name: str, tmp_path: Path) -> None:
    config = replace(recipe(name), batch_size=4)
    fields = KINDS.get(config.game.kind, {})
    if name == "adda":
        fields = fields | {"game.pretraining": 4}
    if name == "cartoongan":  # Whose content is seen by a network that is downloaded.
        own = tmp_path / "own.py"
        own.write_text("from torch import nn\n\ndef maps():\n    return nn.AvgPool2d(4)\n")
        fields = fields | {"game.content": f"{own}:maps"}
    play_unseen(change(config, fields))
