"""Full precision for a part of a network that otherwise computes in 16 bits.

Automatic mixed precision rounds the products of all layers to bfloat16, whose numbers are 0.4 %
apart. That is too coarse for long sums, and for sums over many layers: costs depend on small
differences between logits.
"""

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["in_full_precision", "widened"]


def in_full_precision(compute: Callable[[Tensor], Tensor], maps: Tensor) -> Tensor:
    """Compute in 32 bits where `torch.autocast` would compute in 16.

    Args:
        compute: A function of maps, such as layers.
        maps: Its input.

    Example:
        >>> layer, maps = torch.nn.Linear(2, 1), torch.zeros(1, 2)
        >>> with torch.autocast("cpu", torch.bfloat16):
        ...     layer(maps).dtype, in_full_precision(layer, layer.weight.bfloat16()).dtype
        (torch.bfloat16, torch.float32)
    """
    device = maps.device.type
    if not torch.is_autocast_enabled(device):
        return compute(maps)
    with torch.autocast(device, enabled=False):
        return compute(widened(maps))


def widened(maps: Tensor) -> Tensor:
    """Cast numbers of 16 bits to 32; return others as they are.

    Example:
        >>> widened(torch.zeros(1, dtype=torch.bfloat16)), widened(torch.zeros(1).double())
        (tensor([0.]), tensor([0.], dtype=torch.float64))
    """
    return maps.float() if maps.dtype in (torch.bfloat16, torch.float16) else maps
