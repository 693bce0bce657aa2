"""What follows the images seen: how fast players learn, and how fast their EMAs follow.

An EMA is the exponential moving average of a network's weights, with a half-life in images.
"""

import torch
from torch import nn

from zerosum.games.base import Player
from zerosum.games.parts.schedules import Schedule

__all__ = [
    "RAMP_UP",
    "decay_of",
    "ema_half_life_at",
    "set_pace",
    "update_ema",
]

RAMP_UP = 0.05
"""Early on the half-life is at most this share of the images seen, so that an EMA does not
remember the untrained network (Karras et al. 2020, StyleGAN2-ADA, https://arxiv.org/abs/2006.06676)."""


def ema_half_life_at(half_life: float, images_seen: int, factor: Schedule | None = None) -> float:
    """The half-life of an EMA after so many images.

    Args:
        half_life: What it is in the end, in images.
        images_seen: Images seen so far.
        factor: How it comes to be that; None: it is at most ``RAMP_UP`` times the images.

    Example:
        >>> ema_half_life_at(1000, 5000), ema_half_life_at(1000, 10**6)
        (250.0, 1000)
        >>> rising = Schedule(start=0.0, end=1.0, until=10_000, shape="linear")
        >>> ema_half_life_at(1000, 5000, rising)
        500.0
    """
    return (
        min(half_life, RAMP_UP * images_seen)
        if factor is None
        else half_life * factor.at(images_seen)
    )


def decay_of(half_life: float, *, step: int) -> float:
    """β for one update: 0.5 ** (step / half-life).

    Args:
        half_life: Images after which a past weight counts half.
        step: Images since the last update.

    Example:
        >>> decay_of(1000, step=1000), decay_of(0, step=64)
        (0.5, 0.0)
    """
    return 0.5 ** (step / half_life) if half_life > 0 else 0.0


@torch.no_grad()
def update_ema(ema: nn.Module, network: nn.Module, decay: float) -> None:
    """θ' ← β θ' + (1 − β) θ for weights and for batch normalisation's running statistics.

    Whole numbers, such as counts of batches, are copied.

    Example:
        >>> ema, network = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
        >>> _ = nn.init.zeros_(ema.weight), nn.init.ones_(network.weight)
        >>> update_ema(ema, network, decay=0.75)
        >>> ema.weight.item()
        0.25
    """
    ours = list(ema.state_dict().values())
    theirs = list(network.state_dict().values())
    pairs = list(zip(ours, theirs, strict=True))
    real = [(a, b) for a, b in pairs if a.is_floating_point()]
    torch._foreach_lerp_([a for a, _ in real], [b for _, b in real], weight=1.0 - decay)
    for a, b in pairs:
        if not a.is_floating_point():
            a.copy_(b)


def set_pace(player: Player, images_seen: int, *, factor: float) -> None:
    """Give a player's optimizer the settings that its schedules have after that many images.

    Args:
        player: Who is about to move.
        images_seen: Real images seen so far.
        factor: On the learning rate, besides.

    Example:
        >>> from zerosum.games.parts.schedules import Pace
        >>> weight = torch.nn.Parameter(torch.zeros(()))
        >>> player = Player(network=torch.nn.ParameterList([weight]),
        ...                 optimizer=torch.optim.Adam([weight], lr=0.1),
        ...                 pace=Pace(decay=(0, 100)))
        >>> set_pace(player, 50, factor=1.0)
        >>> player.optimizer.param_groups[0]["lr"]
        0.05
    """
    pace = player.pace
    for group in player.optimizer.param_groups:
        group["lr"] = group["initial_lr"] * (factor * pace.factor(images_seen))
        if pace.beta2 is not None:
            group["betas"] = (group["betas"][0], pace.beta2.at(images_seen))
        if pace.momentum is not None:
            group["momentum"] = pace.momentum.at(images_seen)
