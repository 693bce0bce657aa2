"""From the settings of a game that ends in a classifier to the game."""

from copy import deepcopy

from torch import nn

from zerosum.config.classification import (
    ClassificationConfig,
    ClassifierConfig,
    ClassifyingConfig,
    ConvClassifierConfig,
    DeepClassifierConfig,
    LenetClassifierConfig,
    MlpClassifierConfig,
    SemiSupervisedConfig,
    SoftplusGeneratorConfig,
)
from zerosum.config.invariance import InvarianceConfig
from zerosum.config.networks import DcganGeneratorConfig
from zerosum.config.players import build_generator, build_player, network_arguments
from zerosum.errors import ConfigError
from zerosum.games import (
    AdaptingGame,
    ClassificationGame,
    EncoderGame,
    InvarianceGame,
    Player,
    SemiSupervisedGame,
    hardening,
)
from zerosum.games.generating import draw_latents
from zerosum.games.parts.schedules import ramped
from zerosum.networks import (
    Classifier,
    ConvClassifier,
    DeepClassifier,
    DomainHead,
    LenetClassifier,
    MlpClassifier,
    ReferenceGenerator,
    SoftplusGenerator,
)
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = [
    "build_classification",
    "build_classifier",
    "build_invariance",
    "build_semi_supervised",
]


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


def build_classification(
    config: ClassificationConfig, shape: ImageShape, engine: Engine
) -> ClassificationGame:
    """The game with these settings, for pictures of that shape.

    Raises:
        ConfigError: It is not known which classes there are.
    """
    harder = config.adversarial_training
    return ClassificationGame(
        classifier=_player(config, _network(config, shape), engine),
        classes=config.classes,
        smoothing=config.label_smoothing,
        augmentation=config.augmentation,
        hardening=hardening(**vars(harder)) if harder.epsilon else None,
    )


def build_semi_supervised(
    config: SemiSupervisedConfig, shape: ImageShape, engine: Engine, random: Randomness
) -> SemiSupervisedGame:
    """The game with these settings, for pictures of that shape.

    Args:
        config: The settings.
        shape: (c, h, w) of the pictures.
        engine: Where it is played.
        random: For the reference batch.

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
    if m := config.virtual_batch_norm:
        latents = draw_latents(config.latent, random, m, config.generator.latent_size)
        generator = ReferenceGenerator(generator, latents)
    return SemiSupervisedGame(
        classifier=_player(config, _network(config, shape), engine),
        generator=build_player(generator, config.generator_optimizer, engine),
        classes=config.classes,
        latent=config.latent,
        unlabelled_weight=config.unlabelled_weight,
        matching=config.matching,
        smoothing=config.label_smoothing,
        augmentation=config.augmentation,
    )


def build_invariance(config: InvarianceConfig, shape: ImageShape, engine: Engine) -> AdaptingGame:
    """The game with these settings, for pictures of that shape.

    Raises:
        ConfigError: It is not known which classes there are.
    """
    network = _network(config, shape)
    conditional = config.method == "cdan"
    shown = network.feature_size * (network.classes if conditional else 1)
    head = DomainHead(inputs=shown, widths=config.domain_widths)
    encoder = deepcopy(network)
    classifier = _player(config, network, engine)
    domain = build_player(head, config.domain_optimizer, engine)
    if config.method == "adda" and config.weight > 0:
        return EncoderGame(
            classifier=classifier,
            target=build_player(
                encoder,
                config.target_optimizer,
                engine,
                average_half_life=config.average_half_life,
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


def _network(config: ClassifyingConfig, shape: ImageShape) -> Classifier:
    return build_classifier(config.network, shape, _count_classes(config))


def _player(config: ClassifyingConfig, network: Classifier, engine: Engine) -> Player:
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
