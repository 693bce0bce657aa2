"""Instance and group normalisation of an image in pieces, by statistics of the whole.

These layers take μ and σ² over all places of an image. If each piece were normalised by its own,
the pieces would not fit together.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.modules.instancenorm import _InstanceNorm

from zerosum.types import Images

__all__ = ["NormStatistics", "measure_statistics", "normalising_by"]

Hook = Callable[[nn.Module, tuple[Tensor], Tensor], Tensor]
"""From a layer, its input and its output to the output that replaces it."""

PerGroup = Float[Tensor, " g"]
"""One number for each group of channels that are normalised together."""


@dataclass(frozen=True, kw_only=True)
class NormStatistics:
    """The statistics by which one layer normalises.

    Attributes:
        mean: μ of each group of channels.
        variance: σ² of each group of channels.

    Example:
        >>> NormStatistics(mean=torch.zeros(2), variance=torch.ones(2)).mean.shape
        torch.Size([2])
    """

    mean: PerGroup
    variance: PerGroup


@torch.no_grad()
def measure_statistics(
    network: nn.Module, pieces: Images, *, margin: int = 0
) -> list[NormStatistics]:
    """Measure a network's statistics over pieces of one image as if they were one image.

    Each layer takes μ and σ² over the places of all pieces, and normalises all of them by these,
    so the input of the next layer is consistent with them.

    Args:
        network: The network, in evaluation mode.
        pieces: The pieces, all of one size.
        margin: Pixels at the border of a piece that are not counted.

    Returns:
        The statistics of every layer that normalises by the image, in the order of the calls.

    Example:
        >>> dark_and_light = torch.tensor([0.0, 1.0]).reshape(2, 1, 1, 1).expand(2, 1, 4, 4)
        >>> (statistics,) = measure_statistics(nn.InstanceNorm2d(1), dark_and_light)
        >>> statistics.mean.item(), statistics.variance.item()
        (0.5, 0.25)
    """
    statistics: list[NormStatistics] = []
    if not any(map(_is_by_image, network.modules())):
        return statistics
    height, width = pieces.shape[2:]

    def measure(layer: nn.Module, inputs: tuple[Tensor], output: Tensor) -> Tensor:
        (maps,) = inputs
        # Maps may be smaller than the image, and the margin with them.
        down, right = margin * maps.shape[2] // height, margin * maps.shape[3] // width
        inner = maps[:, :, down : maps.shape[2] - down, right : maps.shape[3] - right]
        statistics.append(_statistics(inner, groups=_groups(layer, maps)))
        return _normalise(layer, maps, statistics[-1])

    with _hooked(network, measure):
        network(pieces)
    return statistics


@contextmanager
def normalising_by(network: nn.Module, statistics: Sequence[NormStatistics]) -> Iterator[None]:
    """Make a network normalise its next input, one image, by these statistics.

    Afterwards the network is as it was before, also after an error.

    Args:
        network: The network, in evaluation mode.
        statistics: The result of `measure_statistics` with this network.

    Example:
        >>> layer = nn.InstanceNorm2d(1)
        >>> half = NormStatistics(mean=torch.tensor([0.5]), variance=torch.tensor([0.25]))
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
    layers = [layer for layer in network.modules() if _is_by_image(layer)]
    handles = [layer.register_forward_hook(hook) for layer in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _is_by_image(layer: nn.Module) -> bool:
    if isinstance(layer, _InstanceNorm):
        return not layer.track_running_stats
    return isinstance(layer, nn.GroupNorm)


def _groups(layer: nn.Module, maps: Tensor) -> int:
    return layer.num_groups if isinstance(layer, nn.GroupNorm) else maps.shape[1]


def _statistics(maps: Images, *, groups: int) -> NormStatistics:
    grouped = maps.transpose(0, 1).reshape(groups, -1)
    variance, mean = torch.var_mean(grouped, dim=1, correction=0)
    return NormStatistics(mean=mean, variance=variance)


def _normalise(layer: nn.Module, maps: Images, statistics: NormStatistics) -> Images:
    """Compute γ_c (x − μ) / √(σ² + ε) + β_c."""
    assert isinstance(layer, _InstanceNorm | nn.GroupNorm)
    repeats = maps.shape[1] // len(statistics.mean)
    mean, variance = (
        each.repeat_interleave(repeats)[:, None, None]
        for each in (statistics.mean, statistics.variance)
    )
    normal: Tensor = (maps - mean) * (variance + layer.eps).rsqrt()
    if not layer.affine:
        return normal
    return normal * layer.weight[:, None, None] + layer.bias[:, None, None]
