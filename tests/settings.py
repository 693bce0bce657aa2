"""Helper for tests that change settings which not every game has."""

from zerosum.config import AdversarialConfig, RunConfig


def adversarial(config: RunConfig) -> AdversarialConfig:
    """The settings of a run's game, which is one of generator against discriminator."""
    assert isinstance(config.game, AdversarialConfig)
    return config.game
