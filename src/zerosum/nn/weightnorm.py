"""Weight normalisation: layers whose weights have a direction and a length by itself.

    w_k = g_k v_k / ‖v_k‖,      y_k = w_k · x + b_k

for each output k. A step of gradient descent that makes ‖v‖ larger makes the next one turn v less,
so the layer finds its own pace. What is computed is (v · x) g / ‖v‖: there are fewer outputs in a
batch than there are weights, and the weights need not be multiplied through.
"""

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["NormedConv2d", "NormedLinear", "initialise_by_data"]


class _Normed(nn.Module, ABC):
    """A layer with a direction v and a length g for each of its outputs.

    Args:
        shape: Of the weight; outputs come first.
        learn_length: Whether g is learnt, or only set.
        deviation: Standard deviation of v at the start. It does not change what the layer gives;
            the smaller it is, the faster v turns, as Adam's steps are of one size.
        spread: Standard deviation of the outputs after `initialise_by_data`.
    """

    length: Tensor

    def __init__(
        self, shape: tuple[int, ...], *, learn_length: bool, deviation: float, spread: float
    ) -> None:
        super().__init__()
        self.spread = spread
        self.direction = nn.Parameter(deviation * torch.randn(shape))
        self.bias = nn.Parameter(torch.zeros(shape[0]))
        if learn_length:
            self.length = nn.Parameter(torch.ones(shape[0]))
        else:
            self.register_buffer("length", torch.ones(shape[0]))

    @property
    def scale(self) -> Tensor:
        """G / ‖v‖, of each output."""
        norms: Tensor = torch.linalg.vector_norm(self.direction.flatten(1), dim=1)
        return self.length / norms

    @property
    def weight(self) -> Tensor:
        """w: the directions, each of its length."""
        return self.direction * self.scale.view(-1, *(1,) * (self.direction.ndim - 1))

    @abstractmethod
    def forward(self, maps: Tensor) -> Tensor:
        """Apply the layer."""

    def extra_repr(self) -> str:
        """What ``print`` shows."""
        learnt = isinstance(self.length, nn.Parameter)
        return f"{tuple(self.direction.shape)}, learn_length={learnt}"


class NormedLinear(_Normed):
    """A linear layer with normalised weights.

    Args:
        inputs: Numbers that come in.
        outputs: Numbers that come out.
        learn_length: Whether the lengths g are learnt, or only set by `initialise_by_data`.
        deviation: Standard deviation of the directions v at the start.
        spread: Standard deviation of the outputs after `initialise_by_data`.

    Paper:
        Salimans & Kingma 2016, section 2, https://arxiv.org/abs/1602.07868

    Example:
        >>> layer = NormedLinear(3, 2)
        >>> layer.weight.detach().norm(dim=1).round(decimals=3)
        tensor([1., 1.])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        learn_length: bool = False,
        deviation: float = 0.1,
        spread: float = 1.0,
    ) -> None:
        super().__init__(
            (outputs, inputs), learn_length=learn_length, deviation=deviation, spread=spread
        )

    def forward(self, maps: Float[Tensor, "n inputs"]) -> Float[Tensor, "n outputs"]:
        """Give w x + b."""
        return torch.addcmul(self.bias, functional.linear(maps, self.direction), self.scale)


class NormedConv2d(_Normed):
    """A convolution with normalised weights.

    Args:
        inputs: Channels that come in.
        outputs: Channels that come out.
        kernel: Side of the filters.
        stride: Step of the filters.
        padding: Zeros at each side.
        learn_length: Whether the lengths g are learnt, or only set by `initialise_by_data`.
        deviation: Standard deviation of the directions v at the start.
        spread: Standard deviation of the outputs after `initialise_by_data`.

    Example:
        >>> NormedConv2d(3, 8, 3, stride=2, padding=1)(torch.zeros(2, 3, 16, 16)).shape
        torch.Size([2, 8, 8, 8])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        padding: int = 0,
        learn_length: bool = False,
        deviation: float = 0.1,
        spread: float = 1.0,
    ) -> None:
        super().__init__(
            (outputs, inputs, kernel, kernel),
            learn_length=learn_length,
            deviation=deviation,
            spread=spread,
        )
        self.stride = stride
        self.padding = padding

    def forward(self, maps: Float[Tensor, "n inputs h w"]) -> Float[Tensor, "n outputs _ _"]:
        """Convolve the maps."""
        found = functional.conv2d(maps, self.direction, stride=self.stride, padding=self.padding)
        return torch.addcmul(self.bias.view(-1, 1, 1), found, self.scale.view(-1, 1, 1))


@torch.no_grad()
def initialise_by_data(network: nn.Module, images: Tensor) -> None:
    """Set length and bias of all normalised layers, so that each gives mean 0 and deviation s.

    With t = v · x / ‖v‖ of mean μ and deviation σ over the pictures (and places), the length
    becomes s/σ and the bias −μ s/σ, s being the layer's ``spread``, 1 for most; one layer after
    the other, each on what the layers before it give from then on. What the layers had before
    does not matter.

    Args:
        network: Changed in place; without such layers it stays as it is.
        images: Pictures, in the network's input form; layers act as in the network's mode.

    Paper:
        Salimans & Kingma 2016, section 3, https://arxiv.org/abs/1602.07868

    Example:
        >>> network = nn.Sequential(NormedLinear(3, 2), nn.ReLU(), NormedLinear(2, 1))
        >>> pictures = torch.randn(100, 3) * 7 + 1
        >>> initialise_by_data(network, pictures)
        >>> network(pictures).mean().round(decimals=4).abs().item()
        0.0
    """
    layers = [layer for layer in network.modules() if isinstance(layer, _Normed)]
    for layer in layers:
        layer.length.fill_(1.0)
        layer.bias.fill_(0.0)
    handles = [layer.register_forward_hook(_standardise) for layer in layers]
    try:
        if layers:
            network.forward(images)
    finally:
        for handle in handles:
            handle.remove()


def _standardise(layer: nn.Module, inputs: object, maps: Tensor) -> Tensor:
    assert isinstance(layer, _Normed)
    across = [axis for axis in range(maps.ndim) if axis != 1]
    mean, deviation = maps.mean(across), maps.std(across, correction=0).clamp_min(1e-6)
    length = layer.spread / deviation
    layer.length.copy_(length)
    layer.bias.copy_(-mean * length)
    shape = (1, -1, *(1,) * (maps.ndim - 2))
    return (maps - mean.view(shape)) * length.view(shape)
