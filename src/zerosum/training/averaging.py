"""The averaged copy of a network: an exponential moving average with a half-life in images."""

import torch
from torch import nn

__all__ = ["RAMP_UP", "decay_of", "update_average"]

RAMP_UP = 0.05
"""Early on the half-life is at most this share of the images seen, so that an average does not
remember the untrained network (Karras et al. 2020, StyleGAN2-ADA, https://arxiv.org/abs/2006.06676)."""


def decay_of(half_life: float, *, step: int, images: int) -> float:
    """β for one update: 0.5 ** (step / half-life).

    Args:
        half_life: Images after which a past weight counts half.
        step: Images since the last update.
        images: Images seen so far; the half-life is at most ``RAMP_UP`` times as many.

    Example:
        >>> decay_of(1000, step=1000, images=10**6)
        0.5
        >>> decay_of(1000, step=64, images=0)
        0.0
    """
    effective = min(half_life, RAMP_UP * images)
    return 0.5 ** (step / effective) if effective > 0 else 0.0


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float) -> None:
    """θ' ← β θ' + (1 − β) θ for weights and for batch normalisation's running statistics.

    Whole numbers, such as counts of batches, are copied.

    Example:
        >>> average, network = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
        >>> _ = nn.init.zeros_(average.weight), nn.init.ones_(network.weight)
        >>> update_average(average, network, decay=0.75)
        >>> average.weight.item()
        0.25
    """
    ours = list(average.state_dict().values())
    theirs = list(network.state_dict().values())
    pairs = list(zip(ours, theirs, strict=True))
    real = [(a, b) for a, b in pairs if a.is_floating_point()]
    torch._foreach_lerp_([a for a, _ in real], [b for _, b in real], weight=1.0 - decay)
    for a, b in pairs:
        if not a.is_floating_point():
            a.copy_(b)
