"""Where a configuration becomes objects; nothing else knows both sides."""

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

import torch
from torch import nn

from zerosum.config.game import AdversarialConfig, OptimizerConfig
from zerosum.config.networks import (
    DcganDiscriminatorConfig,
    DcganGeneratorConfig,
    DiscriminatorConfig,
    GeneratorConfig,
    MlpDiscriminatorConfig,
    MlpGeneratorConfig,
    ResnetDiscriminatorConfig,
    ResnetGeneratorConfig,
)
from zerosum.config.run import RunConfig
from zerosum.errors import ConfigError
from zerosum.games import AdversarialGame, Game, InstanceNoise, Player, WeightedPenalty
from zerosum.networks import (
    DcganDiscriminator,
    DcganGenerator,
    MlpDiscriminator,
    MlpGenerator,
    ResnetDiscriminator,
    ResnetGenerator,
)
from zerosum.nn import add_spectral_norm, needs_batch
from zerosum.objectives import PENALTIES, make_objective
from zerosum.randomness import derive_seed
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = ["build_discriminator", "build_game", "build_generator"]


def build_game(config: RunConfig, engine: Engine) -> Game[Any]:
    """The game of a run, its networks initialised from the run's seed, on the engine's device.

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
    with torch.random.fork_rng():
        # On the CPU, whatever the device: one seed, one set of first weights.
        torch.manual_seed(derive_seed(config.seed, "weights"))
        game = _build_adversarial(config.game, shape, engine)
    if config.batch_size // engine.processes == 1:
        _refuse_batch_of_one(game)
    return game


def build_generator(config: GeneratorConfig, shape: ImageShape) -> nn.Module:
    """The generator for pictures of that shape.

    Example:
        >>> generator = build_generator(DcganGeneratorConfig(latent_size=8, width=4), (3, 32, 32))
        >>> generator(torch.zeros(2, 8)).shape
        torch.Size([2, 3, 32, 32])
    """
    match config:
        case MlpGeneratorConfig():
            return MlpGenerator(**_arguments(config), image_shape=shape)
        case DcganGeneratorConfig():
            return DcganGenerator(**_arguments(config), image_shape=shape)
        case ResnetGeneratorConfig():
            return ResnetGenerator(**_arguments(config), image_shape=shape)


def build_discriminator(config: DiscriminatorConfig, shape: ImageShape) -> nn.Module:
    """The discriminator for pictures of that shape.

    Example:
        >>> discriminator = build_discriminator(DcganDiscriminatorConfig(width=4), (3, 32, 32))
        >>> discriminator(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2])
    """
    arguments = _arguments(config)
    arguments.pop("spectral_norm")
    network: nn.Module
    match config:
        case MlpDiscriminatorConfig():
            network = MlpDiscriminator(**arguments, image_shape=shape)
        case DcganDiscriminatorConfig():
            network = DcganDiscriminator(**arguments, image_shape=shape)
        case ResnetDiscriminatorConfig():
            network = ResnetDiscriminator(**arguments, image_shape=shape)
    if config.spectral_norm:
        add_spectral_norm(network)
    return network


def _build_adversarial(
    config: AdversarialConfig, shape: ImageShape, engine: Engine
) -> AdversarialGame:
    generator = build_generator(config.generator, shape)
    discriminator = build_discriminator(config.discriminator, shape)
    noise = config.instance_noise
    return AdversarialGame(
        generator=_build_player(
            generator,
            config.generator_optimizer,
            engine,
            average_half_life=config.average_half_life,
        ),
        discriminator=_build_player(discriminator, config.discriminator_optimizer, engine),
        objective=make_objective(config.objective, config.real_label),
        penalties=[
            WeightedPenalty(
                name=name, penalty=PENALTIES[name], weight=settings.weight, every=settings.every
            )
            for name, settings in vars(config.penalties).items()
            if settings.weight > 0
        ],
        latent=config.latent,
        critic_turns=config.critic_turns,
        augmentation=config.augmentation,
        instance_noise=InstanceNoise(deviation=noise.deviation, until=noise.until),
    )


def _build_player(
    network: nn.Module,
    config: OptimizerConfig,
    engine: Engine,
    *,
    average_half_life: int | None = None,
) -> Player:
    average = None if average_half_life is None else deepcopy(network).requires_grad_(False)
    network = engine.prepare(network)
    return Player(
        network=network,
        optimizer=_build_adam(config, network),
        average=None if average is None else engine.prepare(average),
        half_life=average_half_life or 0,
        decay=config.decay,
    )


def _build_adam(config: OptimizerConfig, network: nn.Module) -> torch.optim.Adam:
    """Adam in one kernel for all weights, where the device has it."""
    make: Callable[..., torch.optim.Adam] = partial(
        torch.optim.Adam, network.parameters(), lr=config.learning_rate, betas=config.betas
    )
    device = next(network.parameters()).device.type
    return make(fused=device in ("cpu", "cuda", "mps"))


def _refuse_batch_of_one(game: Game[Any]) -> None:
    for name, player in game.players.items():
        if needs_batch(player.network):
            raise ConfigError(
                f"the {name} has batch normalisation, which needs at least 2 pictures in a batch "
                "of each process, got 1. Raise batch_size, or choose another norm."
            )


def _arguments(config: object) -> dict[str, Any]:
    """The fields of a network's settings, which bear the names of its arguments."""
    return {name: value for name, value in vars(config).items() if name != "kind"}
