"""What all tests share: a small configuration, and the real data sets where there are any."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from zerosum.config import (
    AdaptiveAugmentationConfig,
    AdversarialConfig,
    DcganDiscriminatorConfig,
    DcganGeneratorConfig,
    OptimizerConfig,
    PenaltiesConfig,
    PenaltyConfig,
    RunConfig,
)
from zerosum.recipes import recipe


@pytest.fixture(scope="session")
def tiny() -> RunConfig:
    """A run of seconds with all that is hard to resume: averages, lazy penalty, augmentation."""
    base = recipe("dcgan-digits")
    game = AdversarialConfig(
        generator=DcganGeneratorConfig(latent_size=8, base_channels=4),
        discriminator=DcganDiscriminatorConfig(base_channels=4),
        penalties=PenaltiesConfig(r1=PenaltyConfig(weight=0.1, every=3)),
        augmentation=("colour", "translation", "cutout"),
        adaptive_augmentation=AdaptiveAugmentationConfig(images=400, probability=0.2, every=3),
        ema_half_life=500,
        generator_optimizer=OptimizerConfig(historical_averaging=0.1),
    )
    return replace(
        base,
        game=game,
        total_images=320,
        batch_size=16,
        sample_every=160,
        sample_count=4,
        log_every=64,
        evaluate_every=0,
        device="cpu",
    )


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets, where the machine has one."""
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("ZEROSUM_TEST_DATA", default))
    if not folder.is_dir():
        pytest.skip("no real data here; name their folder in ZEROSUM_TEST_DATA")
    return folder
