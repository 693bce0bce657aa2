"""Small games of points in the plane."""

from collections.abc import Mapping
from typing import Any

import torch

from zerosum.config import (
    AdversarialConfig,
    MlpDiscriminatorConfig,
    MlpGeneratorConfig,
    OptimizerConfig,
    change,
)
from zerosum.config.run import PicturesConfig
from zerosum.data.planar import Circle, PlanarBatches
from zerosum.families.building import build_game
from zerosum.families.generation.settings import GenerationRunConfig
from zerosum.games import AdversarialGame
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import Batch

RING = Circle(radius=0.6, deviation=0.05)

_FAST = OptimizerConfig(learning_rate=2e-3)
_RUN = GenerationRunConfig(
    recipe="points",
    data="",
    pictures=PicturesConfig(size=(1, 2), channels=1),
    total_images=1000,
    batch_size=16,
    game=AdversarialConfig(
        generator=MlpGeneratorConfig(latent_size=2, widths=(8, 8), dropout=0.0),
        discriminator=MlpDiscriminatorConfig(widths=(8, 8), dropout=0.0),
        generator_optimizer=_FAST,
        discriminator_optimizer=_FAST,
    ),
)


def planar_loop(fields: Mapping[str, Any] | None = None) -> tuple[Loop[Batch], AdversarialGame]:
    """A loop whose game learns a ring, and that game."""
    config = change(_RUN, dict(fields or {}))
    engine = Engine(device=torch.device("cpu"))
    game = build_game(config, engine)
    assert isinstance(game, AdversarialGame)
    batches = PlanarBatches(target=RING, batch_size=16, random=Randomness(seed=0, stream="data"))
    return Loop(game=game, batches=batches, engine=engine, seed=0), game
