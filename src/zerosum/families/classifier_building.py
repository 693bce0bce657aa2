"""From the settings of a classifier to the network, and to its player."""

from zerosum.errors import ConfigError
from zerosum.families.players import build_player
from zerosum.games.base import Player
from zerosum.games.classification_settings import GameWithClassifierConfig
from zerosum.networks.classifier import ClassifierNetwork
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = ["classifier_network", "classifier_player"]


def classifier_network(config: GameWithClassifierConfig, shape: ImageShape) -> ClassifierNetwork:
    """The classifier of a game, for images of that shape.

    Raises:
        ConfigError: It is not known which classes there are.
    """
    return config.network.build(shape, classes=_count_classes(config))


def classifier_player(
    config: GameWithClassifierConfig, network: ClassifierNetwork, engine: Engine
) -> Player:
    """The player whose network it is."""
    return build_player(network, config.optimizer, engine, ema_half_life=config.ema_half_life)


def _count_classes(config: GameWithClassifierConfig) -> int:
    """How many classes there are.

    Raises:
        ConfigError: It is not known yet.
    """
    if len(config.classes) < 2:
        raise ConfigError(
            f"a classifier needs at least 2 classes, and game.classes names {len(config.classes)}"
            ". `zerosum train` and zerosum.train take them from the source's labels."
        )
    return len(config.classes)
