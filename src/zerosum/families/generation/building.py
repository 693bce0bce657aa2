"""From the settings of a generator against a discriminator to the game."""

from zerosum import networks
from zerosum.config.game import AdversarialConfig, GrowthConfig
from zerosum.config.techniques import FeatureMatchingConfig
from zerosum.errors import ConfigError
from zerosum.families.players import build_player, burn_in_schedule
from zerosum.games.adversarial import AdversarialGame, InstanceNoise, WeightedPenalty
from zerosum.games.generating import draw_latents
from zerosum.games.parts.adaptive import AdaptiveAugmentation
from zerosum.games.parts.classes import Classes
from zerosum.games.parts.growth import Growth
from zerosum.games.parts.matching import FeatureMatching
from zerosum.games.parts.path_length import PathLength
from zerosum.networks.building import build_discriminator, build_generator
from zerosum.objectives import PENALTIES, make_objective
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.types import ImageShape, Latents

__all__ = ["build_adversarial", "build_growth"]


def build_adversarial(
    config: AdversarialConfig, shape: ImageShape, engine: Engine, random: Randomness
) -> AdversarialGame:
    """The game with these settings, for pictures of that shape.

    Args:
        config: The settings.
        shape: (c, h, w) of the pictures.
        engine: Where it is played.
        random: For the reference batch.

    Raises:
        ConfigError: It is conditional, and it is not known which classes there are.
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
    noise, growth, paths = config.instance_noise, config.growth, config.path_length
    return AdversarialGame(
        generator=build_player(
            generator,
            config.generator_optimizer,
            engine,
            average_half_life=config.average_half_life,
            burn_in=config.burn_in,
        ),
        discriminator=build_player(
            discriminator, config.discriminator_optimizer, engine, burn_in=config.burn_in
        ),
        objective=make_objective(config.objective, config.real_label),
        penalties=_penalties(config),
        latent=config.latent,
        critic_turns=config.critic_turns,
        generator_batch=config.generator_batch,
        dequantise=config.dequantise,
        augmentation=config.augmentation,
        adaptive=_adaptive(config),
        instance_noise=InstanceNoise(deviation=noise.deviation, until=noise.until),
        growth=build_growth(growth),
        path_length=(
            PathLength(weight=paths.weight, every=paths.every) if paths.weight > 0 else None
        ),
        matching=_matching(config.feature_matching),
        classes=classes,
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
        pictures=tuple(each.pictures for each in config.classes),
    )


def build_growth(config: GrowthConfig) -> Growth | None:
    """When networks grow; None: never.

    Example:
        >>> build_growth(GrowthConfig(hold=10, fade=10)).progress(20), build_growth(GrowthConfig())
        (1.0, None)
    """
    if not config.is_wanted:
        return None
    return Growth(hold=config.hold, fade=config.fade, batch_sizes=config.batch_sizes)


def _adaptive(config: AdversarialConfig) -> AdaptiveAugmentation | None:
    settings, burn_in = config.adaptive_augmentation, config.burn_in
    if not settings.is_wanted:
        return None
    return AdaptiveAugmentation(
        **vars(settings), factor=burn_in_schedule(burn_in, burn_in.augmentation)
    )


def _matching(config: FeatureMatchingConfig) -> FeatureMatching | None:
    return FeatureMatching(**vars(config)) if config.weight > 0 else None


def _penalties(config: AdversarialConfig) -> list[WeightedPenalty]:
    return [
        WeightedPenalty(
            name=name,
            penalty=PENALTIES[name],
            weight=settings.weight,
            every=settings.every,
            factor=burn_in_schedule(config.burn_in, config.burn_in.penalties),
        )
        for name, settings in vars(config.penalties).items()
        if settings.weight > 0
    ]
