"""Layers that normalise feature maps to mean 0 and variance 1, then scale and shift each channel.

x̂ = γ_c (x − μ) / √(σ² + ε) + β_c; the kinds differ in the places over which μ and σ² are taken.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.modules.batchnorm import _BatchNorm

from zerosum.registry import Table

__all__ = ["NORMALISATIONS", "InstanceNorm", "needs_batch", "normalisation"]


class InstanceNorm(nn.InstanceNorm2d):
    """Instance normalisation with scale and shift: group normalisation of each channel by itself.

    Scale and shift are learnt, as in the programs that CycleGAN and CartoonGAN were published
    with (in Lua). The later PyTorch program of CycleGAN's authors, which CUT's is built on, has
    neither, and keeps the biases before it, which it cancels: a ReLU then always cuts at the mean.

    It is computed on maps in contiguous order, whatever the input's order is. On the CPU,
    PyTorch's group normalisation of as many groups as channels takes ten times as long in
    channels-last order. PyTorch's own instance normalisation views n images of c channels as one
    of n · c, calls batch normalisation, and leaves its maps in plain order to the layers that
    follow: by itself it is faster on large maps, but whole rounds take longer. For n = 1 its
    gradient is wrong: one in channels-last order is taken for one in plain order (versions up to
    2.14 at least).

    Args:
        channels: Channels of the input.

    Paper:
        Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022

    Example:
        >>> import torch
        >>> maps = torch.tensor([[[[1.0, 3.0]]]])
        >>> InstanceNorm(1)(maps).round(decimals=2).tolist()
        [[[[-1.0, 1.0]]]]
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, affine=True)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - PyTorch's own word
        """Normalise maps (n, channels, h, w)."""
        plain = input.contiguous()
        normal = functional.group_norm(plain, self.num_features, self.weight, self.bias, self.eps)
        return normal if plain is input else normal.contiguous(memory_format=torch.channels_last)


NORMALISATIONS: Table[Callable[[int], nn.Module]] = Table(
    "normalisation",
    {
        "batch": nn.BatchNorm2d,
        "instance": InstanceNorm,
        "layer": partial(nn.GroupNorm, 1),
        "none": nn.Identity,
    },
)
"""Layers for a number of channels, by name; μ and σ² are taken over:

``batch``: all images and places, per channel (Ioffe & Szegedy 2015,
https://arxiv.org/abs/1502.03167); ``instance``: the places of one image, per channel (Ulyanov et
al. 2016, https://arxiv.org/abs/1607.08022); ``layer``: all channels and places of one image (Ba
et al. 2016, https://arxiv.org/abs/1607.06450); ``none``: nothing is changed.
"""


def normalisation(name: str, channels: int) -> nn.Module:
    """Build the named layer for maps of shape (n, channels, h, w).

    Args:
        name: A name in ``NORMALISATIONS``.
        channels: Channels of the input.

    Raises:
        UnknownNameError: There is no such normalisation.

    Example:
        >>> type(normalisation("layer", 64)).__name__
        'GroupNorm'
    """
    return NORMALISATIONS[name](channels)


def needs_batch(module: nn.Module) -> bool:
    """Tell whether an image's output depends on the others in its batch.

    True if any layer is a batch normalisation. The output of such a network also changes when a
    batch is split between processes, and it does not fit a penalty per image.

    Args:
        module: The network.

    Example:
        >>> needs_batch(nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)))
        True
        >>> needs_batch(nn.Sequential(nn.Conv2d(3, 8, 3), normalisation("layer", 8)))
        False
    """
    return any(isinstance(layer, _BatchNorm) for layer in module.modules())
