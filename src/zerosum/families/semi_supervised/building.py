"""Build the semi-supervised game from its settings."""

from torch import nn

from zerosum.errors import ConfigError
from zerosum.families.classifier_building import classifier_network, classifier_player
from zerosum.families.players import build_player
from zerosum.games.generating import draw_latents
from zerosum.games.semi_supervised import SemiSupervisedGame
from zerosum.games.semi_supervised_settings import SemiSupervisedConfig
from zerosum.networks import ReferenceGenerator
from zerosum.nn import needs_batch
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = ["build_semi_supervised"]


def build_semi_supervised(
    config: SemiSupervisedConfig, shape: ImageShape, engine: Engine, random: Randomness
) -> SemiSupervisedGame:
    """The game with these settings, for images of that shape.

    Args:
        config: The settings.
        shape: (c, h, w) of the images.
        engine: Where it is played.
        random: For the reference batch.

    Raises:
        ConfigError: It is not known which classes there are, or the classifier does not do.
    """
    generator: nn.Module = config.generator.build(shape)
    if m := config.virtual_batch_norm:
        latents = draw_latents(config.latent, random, m, config.generator.latent_size)
        generator = ReferenceGenerator(generator, latents)
    classifier = classifier_network(config, shape)
    if needs_batch(classifier):
        raise ConfigError(
            "batch normalisation in the classifier would mix labelled, unlabelled and generated "
            "pictures; choose another."
        )
    return SemiSupervisedGame(
        config,
        classifier=classifier_player(config, classifier, engine),
        generator=build_player(generator, config.generator_optimizer, engine),
    )
