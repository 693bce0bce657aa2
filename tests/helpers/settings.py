"""Helpers for tests of settings which not every game has."""

from typing import Any

from zerosum.config import (
    AdversarialConfig,
    MlpDiscriminatorConfig,
    MlpGeneratorConfig,
    PenaltiesConfig,
    PenaltyConfig,
    RunConfig,
)


def adversarial(config: RunConfig) -> AdversarialConfig:
    """The settings of a run's game, which is one of generator against discriminator."""
    assert isinstance(config.game, AdversarialConfig)
    return config.game


def rules(**fields: Any) -> AdversarialConfig:
    """Settings of a game whose players are made elsewhere, of networks of a test's own."""
    return AdversarialConfig(
        generator=MlpGeneratorConfig(), discriminator=MlpDiscriminatorConfig(), **fields
    )


def penalties(*names: str, weight: float, every: int = 1) -> PenaltiesConfig:
    """Penalties that all weigh the same."""
    return PenaltiesConfig(**{name: PenaltyConfig(weight=weight, every=every) for name in names})
