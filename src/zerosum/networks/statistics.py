"""One mean and variance for all the pieces of a picture that a network is given one by one.

Instance and group normalisation take μ and σ² over the places of a whole picture. A network that
is given a picture in pieces would normalise each by its own, and they would not fit together.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.modules.instancenorm import _InstanceNorm

from zerosum.types import Images

__all__ = ["Moments", "measure_statistics", "normalising_by"]

Hook = Callable[[nn.Module, tuple[Tensor], Tensor], Tensor]
"""Given a layer, its input and its output, the output to put in its place."""

PerGroup = Float[Tensor, " g"]
"""One number for each group of channels that are normalised together."""


@dataclass(frozen=True, kw_only=True)
class Moments:
    """What one layer normalises by.

    Attributes:
        mean: μ of each group of channels.
        variance: σ² of each group of channels.

    Example:
        >>> Moments(mean=torch.zeros(2), variance=torch.ones(2)).mean.shape
        torch.Size([2])
    """

    mean: PerGroup
    variance: PerGroup


@torch.no_grad()
def measure_statistics(network: nn.Module, pieces: Images, *, margin: int = 0) -> list[Moments]:
    """Send pieces of one picture through a network as if they were one, and see its statistics.

    Each layer takes μ and σ² over the places of all the pieces, and normalises all of them by
    these, so what the next layer is given is in keeping with them.

    Args:
        network: The network, in evaluation mode.
        pieces: The pieces, all of one size.
        margin: Pixels at the border of a piece that are not counted.

    Returns:
        What every layer that normalises by the picture found, in the order of their calls.

    Example:
        >>> dark_and_light = torch.tensor([0.0, 1.0]).reshape(2, 1, 1, 1).expand(2, 1, 4, 4)
        >>> (moments,) = measure_statistics(nn.InstanceNorm2d(1), dark_and_light)
        >>> moments.mean.item(), moments.variance.item()
        (0.5, 0.25)
    """
    found: list[Moments] = []
    if not any(map(_is_by_picture, network.modules())):
        return found
    height, width = pieces.shape[2:]

    def see(layer: nn.Module, inputs: tuple[Tensor], output: Tensor) -> Tensor:
        (maps,) = inputs
        down, right = margin * maps.shape[2] // height, margin * maps.shape[3] // width
        inner = maps[:, :, down : maps.shape[2] - down, right : maps.shape[3] - right]
        found.append(_moments(inner, groups=_groups(layer, maps)))
        return _normalise(layer, maps, found[-1])

    with _hooked(network, see):
        network(pieces)
    return found


@contextmanager
def normalising_by(network: nn.Module, statistics: Sequence[Moments]) -> Iterator[None]:
    """Let a network normalise the one picture that it is given next by these statistics.

    Whatever happens, the network is afterwards as it was before.

    Args:
        network: The network, in evaluation mode.
        statistics: What `measure_statistics` has found with it.

    Example:
        >>> layer = nn.InstanceNorm2d(1)
        >>> half = Moments(mean=torch.tensor([0.5]), variance=torch.tensor([0.25]))
        >>> with normalising_by(layer, [half]):
        ...     round(layer(torch.ones(1, 1, 4, 4)).mean().item(), 3)
        1.0
        >>> layer(torch.ones(1, 1, 4, 4)).mean().item()
        0.0
    """
    # A layer may be used several times, so it is the order of the calls that counts.
    order = iter(statistics)

    def replace(layer: nn.Module, inputs: tuple[Tensor], output: Tensor) -> Tensor:
        return _normalise(layer, inputs[0], next(order))

    with _hooked(network, replace):
        yield


@contextmanager
def _hooked(network: nn.Module, hook: Hook) -> Iterator[None]:
    layers = [layer for layer in network.modules() if _is_by_picture(layer)]
    handles = [layer.register_forward_hook(hook) for layer in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _is_by_picture(layer: nn.Module) -> bool:
    if isinstance(layer, _InstanceNorm):
        return not layer.track_running_stats
    return isinstance(layer, nn.GroupNorm)


def _groups(layer: nn.Module, maps: Tensor) -> int:
    return layer.num_groups if isinstance(layer, nn.GroupNorm) else maps.shape[1]


def _moments(maps: Images, *, groups: int) -> Moments:
    grouped = maps.transpose(0, 1).reshape(groups, -1)
    variance, mean = torch.var_mean(grouped, dim=1, correction=0)
    return Moments(mean=mean, variance=variance)


def _normalise(layer: nn.Module, maps: Images, moments: Moments) -> Images:
    """γ_c (x − μ) / √(σ² + ε) + β_c."""
    assert isinstance(layer, _InstanceNorm | nn.GroupNorm)
    repeats = maps.shape[1] // len(moments.mean)
    mean, variance = (
        each.repeat_interleave(repeats)[:, None, None] for each in (moments.mean, moments.variance)
    )
    normal: Tensor = (maps - mean) * (variance + layer.eps).rsqrt()
    if not layer.affine:
        return normal
    return normal * layer.weight[:, None, None] + layer.bias[:, None, None]
