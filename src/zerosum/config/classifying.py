"""From the settings of a game that ends in a classifier to the game."""

from copy import deepcopy

from torch import nn

from zerosum.config.classification import (
    ClassificationConfig,
    ClassifyingConfig,
    SemiSupervisedConfig,
)
from zerosum.config.invariance import InvarianceConfig
from zerosum.config.players import build_player
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
from zerosum.networks import Classifier, DomainHead, ReferenceGenerator
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = [
    "build_classification",
    "build_invariance",
    "build_semi_supervised",
]


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
    generator: nn.Module = config.generator.build(shape)
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
    return config.network.build(shape, classes=_count_classes(config))


def _player(config: ClassifyingConfig, network: Classifier, engine: Engine) -> Player:
    return build_player(
        network, config.optimizer, engine, average_half_life=config.average_half_life
    )


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
