"""From the settings of a game that ends in a classifier to the game."""

from copy import deepcopy

from zerosum.config.classification import (
    ClassificationConfig,
    ClassifierConfig,
    ClassifyingConfig,
    ConvClassifierConfig,
)
from zerosum.config.invariance import InvarianceConfig
from zerosum.config.players import build_player, network_arguments
from zerosum.errors import ConfigError
from zerosum.games import AdaptingGame, ClassificationGame, EncoderGame, InvarianceGame
from zerosum.games.schedules import ramped
from zerosum.networks import Classifier, ConvClassifier, DomainHead, LenetClassifier
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = ["build_classification", "build_classifier", "build_invariance"]


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
    if isinstance(config, ConvClassifierConfig):
        return ConvClassifier(**arguments)
    return LenetClassifier(**arguments)


def build_classification(
    config: ClassificationConfig, shape: ImageShape, engine: Engine
) -> ClassificationGame:
    """The game with these settings, for pictures of that shape.

    Raises:
        ConfigError: It is not known which classes there are.
    """
    network = build_classifier(config.network, shape, count_classes(config))
    player = build_player(
        network, config.optimizer, engine, average_half_life=config.average_half_life
    )
    return ClassificationGame(
        classifier=player,
        classes=config.classes,
        smoothing=config.label_smoothing,
        augmentation=config.augmentation,
    )


def build_invariance(config: InvarianceConfig, shape: ImageShape, engine: Engine) -> AdaptingGame:
    """The game with these settings, for pictures of that shape.

    Raises:
        ConfigError: It is not known which classes there are.
    """
    classes = count_classes(config)
    network = build_classifier(config.network, shape, classes)
    conditional = config.method == "cdan"
    shown = network.feature_size * (classes if conditional else 1)
    head = DomainHead(inputs=shown, widths=config.domain_widths)
    average = config.average_half_life
    encoder = deepcopy(network)
    classifier = build_player(network, config.optimizer, engine, average_half_life=average)
    domain = build_player(head, config.domain_optimizer, engine)
    if config.method == "adda" and config.weight > 0:
        return EncoderGame(
            classifier=classifier,
            target=build_player(
                encoder, config.target_optimizer, engine, average_half_life=average
            ),
            domain=domain,
            classes=config.classes,
            pretraining=config.pretraining,
            smoothing=config.label_smoothing,
            augmentation=config.augmentation,
        )
    return InvarianceGame(
        classifier=classifier,
        domain=domain,
        classes=config.classes,
        strength=ramped(config.weight, config.ramp),
        conditional=conditional,
        entropy_conditioning=config.entropy_conditioning,
        together=config.together,
        smoothing=config.label_smoothing,
        augmentation=config.augmentation,
    )


def count_classes(config: ClassifyingConfig) -> int:
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
