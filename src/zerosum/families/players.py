"""From networks to players."""

from collections.abc import Callable
from copy import deepcopy
from functools import partial

import torch
from torch import nn

from zerosum.games import History, Player
from zerosum.games.parts.schedules import STEADY, Pace, Schedule, annealed
from zerosum.games.parts.settings import BurnInConfig, OptimizerConfig
from zerosum.training.engine import Engine

__all__ = ["build_player"]

NO_BURN_IN = BurnInConfig()


def build_player(
    network: nn.Module,
    config: OptimizerConfig,
    engine: Engine,
    *,
    ema_half_life: int | None = None,
    burn_in: BurnInConfig = NO_BURN_IN,
) -> Player:
    """A player whose network is on the engine's device, its optimizer and perhaps an EMA.

    Example:
        >>> engine = Engine(device=torch.device("cpu"))
        >>> build_player(nn.Linear(2, 1), OptimizerConfig(), engine).ema is None
        True
    """
    ema = None if ema_half_life is None else deepcopy(network).requires_grad_(False)
    network = engine.prepare(network)
    weight = config.historical_averaging
    return Player(
        network=network,
        optimizer=_build_optimizer(config, network),
        ema=None if ema is None else engine.prepare(ema),
        ema_half_life=ema_half_life or 0,
        pace=Pace(
            decay=config.decay,
            rate=burn_in.schedule(burn_in.learning_rate),
            annealing=STEADY if config.annealing is None else annealed(config.annealing),
            halving=config.halving,
            beta2=_beta2(burn_in, config),
            momentum=_momentum(burn_in, config),
        ),
        ema_factor=_ema_factor(burn_in),
        history=History(network.parameters(), weight=weight) if weight > 0 else None,
    )


def _ema_factor(config: BurnInConfig) -> Schedule | None:
    return None if config.half_life is None else config.schedule(config.half_life)


def _beta2(burn_in: BurnInConfig, config: OptimizerConfig) -> Schedule | None:
    if burn_in.beta2 is None or config.method != "adam":
        return None
    return burn_in.schedule(burn_in.beta2, config.betas[1])


def _momentum(burn_in: BurnInConfig, config: OptimizerConfig) -> Schedule | None:
    if burn_in.momentum is None or config.method != "sgd":
        return None
    return burn_in.schedule(burn_in.momentum, config.momentum)


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
