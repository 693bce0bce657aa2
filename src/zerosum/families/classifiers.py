"""From the settings of a classifier to the network, and to its player."""

from zerosum.config.classification import (
    ClassifierConfig,
    ClassifyingConfig,
    ConvClassifierConfig,
    DeepClassifierConfig,
    LenetClassifierConfig,
    MlpClassifierConfig,
)
from zerosum.errors import ConfigError
from zerosum.families.players import build_player, network_arguments
from zerosum.games.base import Player
from zerosum.networks import (
    Classifier,
    ConvClassifier,
    DeepClassifier,
    LenetClassifier,
    MlpClassifier,
)
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = ["build_classifier", "classifier_network", "classifier_player"]


def build_classifier(config: ClassifierConfig, shape: ImageShape, classes: int) -> Classifier:
    """The classifier for pictures of that shape.

    Example:
        >>> import torch
        >>> from zerosum.config.classification import ConvClassifierConfig
        >>> classifier = build_classifier(ConvClassifierConfig(width=4), (3, 32, 32), 7)
        >>> classifier(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2, 7])
    """
    arguments = network_arguments(config) | {"image_shape": shape, "classes": classes}
    match config:
        case ConvClassifierConfig():
            return ConvClassifier(**arguments)
        case LenetClassifierConfig():
            return LenetClassifier(**arguments)
        case MlpClassifierConfig():
            return MlpClassifier(**arguments)
        case DeepClassifierConfig():
            _require_size(shape)
            return DeepClassifier(**arguments)


def classifier_network(config: ClassifyingConfig, shape: ImageShape) -> Classifier:
    """The classifier of a game, for pictures of that shape.

    Raises:
        ConfigError: It is not known which classes there are.
    """
    return build_classifier(config.network, shape, _count_classes(config))


def classifier_player(config: ClassifyingConfig, network: Classifier, engine: Engine) -> Player:
    """The player whose network it is."""
    return build_player(
        network, config.optimizer, engine, average_half_life=config.average_half_life
    )


def _require_size(shape: ImageShape) -> None:
    """Refuse pictures that leave no place after two halvings and a convolution of kernel 3.

    Raises:
        ConfigError: A side is shorter than 9 pixels.
    """
    if min(shape[1:]) < 9:
        raise ConfigError(f"this classifier needs sides of at least 9 pixels, got {shape[1:]}.")


def _count_classes(config: ClassifyingConfig) -> int:
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
