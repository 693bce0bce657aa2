"""From the settings of a game that ends in a classifier to the game."""

from torch import nn

from zerosum.config.classification import (
    ClassificationConfig,
    ClassifierConfig,
    ClassifyingConfig,
    ConvClassifierConfig,
    DeepClassifierConfig,
    MlpClassifierConfig,
    SemiSupervisedConfig,
    SoftplusGeneratorConfig,
)
from zerosum.config.networks import DcganGeneratorConfig
from zerosum.config.players import build_generator, build_player, network_arguments
from zerosum.errors import ConfigError
from zerosum.games import ClassificationGame, Player, SemiSupervisedGame
from zerosum.networks import ConvClassifier, DeepClassifier, MlpClassifier, SoftplusGenerator
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = ["build_classification", "build_classifier", "build_semi_supervised"]


def build_classifier(config: ClassifierConfig, shape: ImageShape, classes: int) -> nn.Module:
    """The classifier for pictures of that shape.

    Example:
        >>> import torch
        >>> from zerosum.config.classification import ConvClassifierConfig
        >>> classifier = build_classifier(ConvClassifierConfig(width=4), (3, 32, 32), 7)
        >>> classifier(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2, 7])
    """
    arguments = network_arguments(config)
    match config:
        case ConvClassifierConfig():
            return ConvClassifier(**arguments, image_shape=shape, classes=classes)
        case MlpClassifierConfig():
            return MlpClassifier(**arguments, image_shape=shape, classes=classes)
        case DeepClassifierConfig():
            _require_size(shape)
            return DeepClassifier(**arguments, image_shape=shape, classes=classes)


def build_classification(
    config: ClassificationConfig, shape: ImageShape, engine: Engine
) -> ClassificationGame:
    """The game with these settings, for pictures of that shape.

    Raises:
        ConfigError: It is not known which classes there are.
    """
    return ClassificationGame(
        classifier=_classifier(config, shape, engine),
        classes=config.classes,
        smoothing=config.label_smoothing,
        augmentation=config.augmentation,
    )


def build_semi_supervised(
    config: SemiSupervisedConfig, shape: ImageShape, engine: Engine
) -> SemiSupervisedGame:
    """The game with these settings, for pictures of that shape.

    Raises:
        ConfigError: It is not known which classes there are.
    """
    generator: nn.Module
    match config.generator:
        case SoftplusGeneratorConfig():
            arguments = network_arguments(config.generator)
            generator = SoftplusGenerator(**arguments, image_shape=shape)
        case DcganGeneratorConfig():
            generator = build_generator(config.generator, shape)
    return SemiSupervisedGame(
        classifier=_classifier(config, shape, engine),
        generator=build_player(generator, config.generator_optimizer, engine),
        classes=config.classes,
        latent=config.latent,
        unlabelled_weight=config.unlabelled_weight,
        matching=config.matching,
        smoothing=config.label_smoothing,
        augmentation=config.augmentation,
    )


def _classifier(config: ClassifyingConfig, shape: ImageShape, engine: Engine) -> Player:
    network = build_classifier(config.network, shape, _count_classes(config))
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
