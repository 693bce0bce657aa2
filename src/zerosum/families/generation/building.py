"""From the settings of a generator against a discriminator to the game."""

from torch import nn

from zerosum import networks
from zerosum.errors import ConfigError
from zerosum.families.players import build_player
from zerosum.games.adversarial import AdversarialGame
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.games.generating import draw_latents
from zerosum.games.parts.classes import Classes
from zerosum.networks.building import build_discriminator, build_generator
from zerosum.networks.kinds import require_parts
from zerosum.nn import needs_batch
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.types import ImageShape, Latents

__all__ = ["build_adversarial"]


def build_adversarial(
    config: AdversarialConfig, shape: ImageShape, engine: Engine, random: Randomness
) -> AdversarialGame:
    """The game with these settings, for images of that shape.

    Args:
        config: The settings.
        shape: (c, h, w) of the images.
        engine: Where it is played.
        random: For the reference batch.

    Raises:
        ConfigError: It is conditional, and it is not known which classes there are; or a network
            of the user's own lacks what it is asked for.
    """
    classes = _classes(config)
    count = len(classes or ())
    generator = build_generator(
        config.generator, shape, classes=count, class_size=config.class_size
    )
    if config.virtual_batch_norm:
        latents = _reference_batch(config, classes, random)
        generator = networks.ReferenceGenerator(generator, latents)
    discriminator = build_discriminator(
        config.discriminator, shape, classes=count, minibatch=config.minibatch_discrimination
    )
    _require_needed_parts(config, discriminator)
    return AdversarialGame(
        config,
        generator=build_player(
            generator,
            config.generator_optimizer,
            engine,
            ema_half_life=config.ema_half_life,
            burn_in=config.burn_in,
        ),
        discriminator=build_player(
            discriminator, config.discriminator_optimizer, engine, burn_in=config.burn_in
        ),
        classes=classes,
    )


def _require_needed_parts(config: AdversarialConfig, discriminator: nn.Module) -> None:
    """Refuse a discriminator that lacks what the game needs; its settings alone could not tell."""
    if config.feature_matching.weight > 0:
        require_parts(discriminator, "features", why="feature matching")
    if config.penalties.gradient.weight > 0 and needs_batch(discriminator):
        raise ConfigError(
            "the gradient penalty is defined for one picture at a time, but batch normalisation "
            "in the discriminator mixes them."
        )


def _reference_batch(
    config: AdversarialConfig, classes: Classes | None, random: Randomness
) -> Latents:
    m = config.virtual_batch_norm
    latents = draw_latents(config.latent, random, m, config.generator.latent_size)
    return latents if classes is None else classes.join(latents, classes.draw(m, random))


def _classes(config: AdversarialConfig) -> Classes | None:
    if config.conditional == "none":
        return None
    if not config.classes:
        raise ConfigError(
            "a conditional game needs to know the classes, which are read from the labels of the "
            "pictures when a run begins: train it, or load a run that was."
        )
    return Classes(
        names=tuple(each.name for each in config.classes),
        counts=tuple(each.pictures for each in config.classes),
    )
