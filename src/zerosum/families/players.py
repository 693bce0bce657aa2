"""From settings to networks, and from networks to players."""

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

import torch
from torch import nn

from zerosum.config.game import BurnInConfig, OptimizerConfig
from zerosum.config.networks import (
    DcganDiscriminatorConfig,
    DcganGeneratorConfig,
    DiscriminatorConfig,
    GeneratorConfig,
    MlpDiscriminatorConfig,
    MlpGeneratorConfig,
    PatchDiscriminatorConfig,
    R3ganDiscriminatorConfig,
    R3ganGeneratorConfig,
    ResnetDiscriminatorConfig,
    ResnetGeneratorConfig,
    ResnetTranslatorConfig,
    TranslatorConfig,
    UnetTranslatorConfig,
)
from zerosum.config.style import (
    ProganDiscriminatorConfig,
    ProganGeneratorConfig,
    StyleDiscriminatorConfig,
    StyleGeneratorConfig,
)
from zerosum.config.techniques import MinibatchDiscriminationConfig
from zerosum.games import History, Player
from zerosum.games.parts.schedules import STEADY, Schedule, annealed
from zerosum.networks import (
    ConditionalDiscriminator,
    ConditionalGenerator,
    DcganDiscriminator,
    DcganGenerator,
    Discriminator,
    GrowingDiscriminator,
    GrowingGenerator,
    MinibatchDiscriminator,
    MlpDiscriminator,
    MlpGenerator,
    PatchDiscriminator,
    R3ganDiscriminator,
    R3ganGenerator,
    ResnetDiscriminator,
    ResnetGenerator,
    ResnetTranslator,
    StyleDiscriminator,
    StyleGenerator,
    UnetTranslator,
)
from zerosum.nn import add_spectral_norm
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = [
    "build_discriminator",
    "build_generator",
    "build_player",
    "build_translator",
    "burn_in_schedule",
    "network_arguments",
]

NO_BURN_IN = BurnInConfig()
NO_MINIBATCH = MinibatchDiscriminationConfig()


def build_generator(
    config: GeneratorConfig, shape: ImageShape, *, classes: int = 0, class_size: int = 0
) -> nn.Module:
    """The generator for pictures of that shape.

    Args:
        config: Its settings.
        shape: (c, h, w) of the pictures.
        classes: How many it is told of; 0: it is told no class.
        class_size: Numbers that stand for a class beside z.

    Example:
        >>> generator = build_generator(DcganGeneratorConfig(latent_size=8, width=4), (3, 32, 32))
        >>> generator(torch.zeros(2, 8)).shape
        torch.Size([2, 3, 32, 32])
    """
    given = class_size if classes else 0
    arguments = network_arguments(config)
    arguments |= {"latent_size": config.latent_size + given, "image_shape": shape}
    network: nn.Module
    match config:
        case MlpGeneratorConfig():
            network = MlpGenerator(**arguments)
        case DcganGeneratorConfig():
            network = DcganGenerator(**arguments)
        case ResnetGeneratorConfig():
            network = ResnetGenerator(**arguments)
        case R3ganGeneratorConfig():
            network = R3ganGenerator(**arguments)
        case ProganGeneratorConfig():
            network = GrowingGenerator(**arguments)
        case StyleGeneratorConfig():
            network = StyleGenerator(**arguments, given=given)
    if classes:
        return ConditionalGenerator(network, classes=classes, class_size=class_size)
    return network


def build_translator(config: TranslatorConfig, shape: ImageShape) -> nn.Module:
    """The network that translates pictures of that shape.

    Example:
        >>> translator = build_translator(UnetTranslatorConfig(width=4, depth=3), (3, 32, 32))
        >>> translator(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2, 3, 32, 32])
    """
    match config:
        case ResnetTranslatorConfig():
            return ResnetTranslator(**network_arguments(config), image_shape=shape)
        case UnetTranslatorConfig():
            return UnetTranslator(**network_arguments(config), image_shape=shape)


def build_discriminator(
    config: DiscriminatorConfig | PatchDiscriminatorConfig,
    shape: ImageShape,
    *,
    classes: int = 0,
    minibatch: MinibatchDiscriminationConfig = NO_MINIBATCH,
) -> nn.Module:
    """The discriminator for pictures of that shape.

    Args:
        config: Its settings.
        shape: (c, h, w) of the pictures.
        classes: How many it is told of; 0: it is told no class.
        minibatch: How it compares the pictures of a batch.

    Example:
        >>> discriminator = build_discriminator(DcganDiscriminatorConfig(width=4), (3, 32, 32))
        >>> discriminator(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2])
    """
    arguments = network_arguments(config)
    if classes:
        arguments["outputs"] = classes + 1
    spectral_norm = arguments.pop("spectral_norm", False)
    network: nn.Module
    match config:
        case MlpDiscriminatorConfig():
            network = MlpDiscriminator(**arguments, image_shape=shape)
        case DcganDiscriminatorConfig():
            network = DcganDiscriminator(**arguments, image_shape=shape)
        case ResnetDiscriminatorConfig():
            network = ResnetDiscriminator(**arguments, image_shape=shape)
        case R3ganDiscriminatorConfig():
            network = R3ganDiscriminator(**arguments, image_shape=shape)
        case ProganDiscriminatorConfig():
            network = GrowingDiscriminator(**arguments, image_shape=shape)
        case StyleDiscriminatorConfig():
            network = StyleDiscriminator(**arguments, image_shape=shape)
        case PatchDiscriminatorConfig():
            network = PatchDiscriminator(**arguments, image_shape=shape)
    if spectral_norm:
        add_spectral_norm(network)
    if minibatch.kernels:
        assert isinstance(network, Discriminator)
        network = MinibatchDiscriminator(
            network, kernels=minibatch.kernels, size=minibatch.size, outputs=classes + 1
        )
    return ConditionalDiscriminator(network) if classes else network


def build_player(
    network: nn.Module,
    config: OptimizerConfig,
    engine: Engine,
    *,
    average_half_life: int | None = None,
    burn_in: BurnInConfig = NO_BURN_IN,
) -> Player:
    """A player whose network is on the engine's device, its optimizer and perhaps an average.

    Example:
        >>> engine = Engine(device=torch.device("cpu"))
        >>> build_player(nn.Linear(2, 1), OptimizerConfig(), engine).average is None
        True
    """
    average = None if average_half_life is None else deepcopy(network).requires_grad_(False)
    network = engine.prepare(network)
    weight = config.historical_averaging
    return Player(
        network=network,
        optimizer=_build_optimizer(config, network),
        average=None if average is None else engine.prepare(average),
        half_life=average_half_life or 0,
        decay=config.decay,
        rate=burn_in_schedule(burn_in, burn_in.learning_rate),
        annealing=STEADY if config.annealing is None else annealed(config.annealing),
        beta2=_beta2(burn_in, config.betas[1]),
        memory=_memory(burn_in),
        history=History(network.parameters(), weight=weight) if weight > 0 else None,
    )


def burn_in_schedule(config: BurnInConfig, start: float, end: float = 1.0) -> Schedule:
    """A number that changes while the burn-in lasts: a factor, unless it ends elsewhere than at 1.

    Example:
        >>> burn_in_schedule(BurnInConfig(images=100), 4.0).at(50)
        2.5
    """
    return Schedule(start=start, end=end, until=config.images, shape=config.shape)


def _memory(config: BurnInConfig) -> Schedule | None:
    return None if config.half_life is None else burn_in_schedule(config, config.half_life)


def _beta2(config: BurnInConfig, end: float) -> Schedule | None:
    return None if config.beta2 is None else burn_in_schedule(config, config.beta2, end)


def _build_optimizer(config: OptimizerConfig, network: nn.Module) -> torch.optim.Optimizer:
    """An optimizer in one kernel for all weights, where the device has it."""
    make: Callable[..., torch.optim.Optimizer]
    if config.method == "sgd":
        make = partial(torch.optim.SGD, momentum=config.momentum)
    else:
        make = partial(torch.optim.Adam, betas=config.betas, eps=config.epsilon)
    device = next(network.parameters()).device.type
    fused = device in ("cpu", "cuda", "mps")
    return make(
        network.parameters(),
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
        fused=fused,
    )


def network_arguments(config: object) -> dict[str, Any]:
    """The fields of a network's settings, which bear the names of its arguments.

    Example:
        >>> network_arguments(MlpDiscriminatorConfig(widths=(8,)))["widths"]
        (8,)
    """
    return {name: value for name, value in vars(config).items() if name != "kind"}
