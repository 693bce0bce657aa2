"""Real trainings: translators that have seen digits and negatives of other digits.

The negative of a digit differs from it by 0.92 on average, pixels in [0, 1]: that is what copying
costs. No picture has a partner while training; at the end each one has, and the translation must
be like it.
"""

from pathlib import Path
from typing import Any

import pytest

from helpers.two_domains import digits_and_negatives, small
from zerosum import jobs
from zerosum.config import EvaluateConfig

FIELDS: dict[str, Any] = {
    "pictures.channels": 1,
    "images": 1_000,
    "batch_size": 4,
    "game.generator.base_channels": 16,
    "game.discriminator.base_channels": 16,
    "game.generator_optimizer.learning_rate": 1e-3,
    "game.discriminator_optimizer.learning_rate": 1e-3,
    "game.generator_optimizer.decay": None,
    "game.discriminator_optimizer.decay": None,
    "game.ema_half_life": 100,
    "sample_every": 500,
    "log_every": 100,
}

OF_THE_GAME: dict[str, dict[str, Any]] = {
    "cyclegan-small": {"game.generator.residual": False, "game.identity_weight": 0.0},
    "cut": {
        "pictures.crop_from": None,
        "images": 600,
        "game.discriminator.downsamplings": 2,
        "game.nce_identity": False,
    },
}


@pytest.mark.parametrize(("name", "bar"), [("cyclegan-small", 0.2), ("cut", 0.3)])
def test_it_learns_to_translate(name: str, bar: float, tmp_path: Path) -> None:
    data = digits_and_negatives(tmp_path / "data", count=200, tests=32)
    config = small(name, data, tmp_path, **{**FIELDS, **OF_THE_GAME[name]})
    run = jobs.train_run(config, out=tmp_path / "run", quiet=True).run
    how = EvaluateConfig(metrics="partner", features="pixels", device="cpu")
    scores = jobs.evaluate(str(run.path), how, quiet=True).scores.scores
    found = {name: score.estimate.value for name, score in scores.items()}
    assert found["partner L1 of copies"] > 0.9
    assert found["partner L1"] < bar
