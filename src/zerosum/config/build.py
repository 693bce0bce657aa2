"""Where a configuration becomes objects; nothing else knows both sides."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from zerosum.attacks import Classifier
from zerosum.config.classification import ClassificationConfig, SemiSupervisedConfig
from zerosum.config.classifying import (
    build_classification,
    build_invariance,
    build_semi_supervised,
)
from zerosum.config.game import AdversarialConfig, GrowthConfig
from zerosum.config.invariance import InvarianceConfig
from zerosum.config.perturbation import PerturbationConfig
from zerosum.config.perturbing import build_perturbation
from zerosum.config.players import build_player, burn_in_schedule
from zerosum.config.run import GameConfig, RunConfig
from zerosum.config.techniques import FeatureMatchingConfig
from zerosum.config.translating import build_translation
from zerosum.errors import ConfigError
from zerosum.games import (
    AdaptiveAugmentation,
    AdversarialGame,
    Classes,
    FeatureMatching,
    Game,
    Growth,
    InstanceNoise,
    PathLength,
    WeightedPenalty,
)
from zerosum.games.generating import draw_latents
from zerosum.networks import ReferenceGenerator
from zerosum.networks.building import build_discriminator, build_generator
from zerosum.nn import needs_batch
from zerosum.objectives import PENALTIES, make_objective
from zerosum.randomness import Randomness, derive_seed
from zerosum.training.engine import Engine
from zerosum.types import ImageShape, Latents

__all__ = ["build_game", "build_growth"]


def build_game(
    config: RunConfig, engine: Engine, *, victim: Classifier | None = None
) -> Game[Any]:
    """The game of a run, its networks initialised from the run's seed, on the engine's device.

    Args:
        config: The run.
        engine: Where it is played.
        victim: Whom a game against a classifier is played against; without it such a game can be
            used, but not played.

    Raises:
        ConfigError: The settings do not fit each other or the pictures.

    Example:
        >>> from zerosum.recipes import recipe
        >>> engine = Engine(device=torch.device("cpu"))
        >>> one, two = (build_game(recipe("mnist-gan-2018"), engine) for _ in range(2))
        >>> sorted(one.players)
        ['discriminator', 'generator']
        >>> ours, theirs = (game.players["generator"].parameters for game in (one, two))
        >>> all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
        True
    """
    shape = (config.pictures.channels, *config.pictures.size)
    with torch.random.fork_rng(), _too_large_explained():
        # On the CPU, whatever the device: one seed, one set of first weights.
        torch.manual_seed(derive_seed(config.seed, "weights"))
        game = _build(config, shape, engine, victim)
    if config.batch_size // engine.processes == 1:
        _refuse_batch_of_one(game)
    return game


@contextmanager
def _too_large_explained() -> Iterator[None]:
    """Say whose fault it is where PyTorch has no place for weights, or no number for how many.

    Raises:
        ConfigError: The networks within do not fit into memory.
    """
    try:
        yield
    except (RuntimeError, MemoryError, OverflowError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        if not isinstance(error, MemoryError) and not re.search("(?i)memory|overflow", reason):
            raise
        raise ConfigError(
            f"the networks do not fit into memory ({reason}): choose smaller widths, sizes and "
            "numbers of layers, or smaller pictures."
        ) from error


def _build(
    run: RunConfig, shape: ImageShape, engine: Engine, victim: Classifier | None
) -> Game[Any]:
    config: GameConfig = run.game
    reference = Randomness(seed=run.seed, stream="reference batch")
    if isinstance(config, AdversarialConfig):
        return _build_adversarial(config, shape, engine, reference)
    if isinstance(config, ClassificationConfig):
        return build_classification(config, shape, engine)
    if isinstance(config, SemiSupervisedConfig):
        return build_semi_supervised(config, shape, engine, reference)
    if isinstance(config, InvarianceConfig):
        return build_invariance(config, shape, engine)
    if isinstance(config, PerturbationConfig):
        return build_perturbation(config, shape, engine, victim)
    return build_translation(config, shape, engine)


def _build_adversarial(
    config: AdversarialConfig, shape: ImageShape, engine: Engine, random: Randomness
) -> AdversarialGame:
    classes = _classes(config)
    count = len(classes or ())
    generator = build_generator(
        config.generator, shape, classes=count, class_size=config.class_size
    )
    if config.virtual_batch_norm:
        generator = ReferenceGenerator(generator, _reference_batch(config, classes, random))
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


def _refuse_batch_of_one(game: Game[Any]) -> None:
    for name, player in game.players.items():
        if needs_batch(player.network):
            raise ConfigError(
                f"the {name} has batch normalisation, which needs at least 2 pictures in a batch "
                "of each process, got 1. Raise batch_size, or choose another norm."
            )
