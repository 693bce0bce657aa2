"""Weight normalisation: layers whose weights have a direction and a separate length.

    w_k = g_k v_k / ‖v_k‖,      y_k = w_k · x + b_k

for each output k. A gradient step that makes ‖v‖ larger reduces the rotation of v by the next one,
so the layer adapts its own rate. Layers compute (v · x) g / ‖v‖: a batch has fewer outputs than
there are weights to be scaled.
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
        shape: Shape of the weight; outputs come first.
        learn_length: Whether g is learnt, or only set.
        deviation: Initial standard deviation of v. It does not change the output; the smaller it
            is, the faster v rotates, as Adam's steps are of one size.
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
        """The factor g / ‖v‖ of each output."""
        norms: Tensor = torch.linalg.vector_norm(self.direction.flatten(1), dim=1)
        return self.length / norms

    @property
    def weight(self) -> Tensor:
        """The weight w: the directions with their lengths."""
        return self.direction * self.scale.view(-1, *(1,) * (self.direction.ndim - 1))

    @abstractmethod
    def forward(self, maps: Tensor) -> Tensor:
        """Apply the layer."""

    def extra_repr(self) -> str:
        """Describe the layer for ``print``."""
        learnt = isinstance(self.length, nn.Parameter)
        return f"{tuple(self.direction.shape)}, learn_length={learnt}"


class NormedLinear(_Normed):
    """A linear layer with normalised weights.

    Args:
        inputs: Numbers of the input.
        outputs: Numbers of the output.
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
        """Compute w x + b."""
        return torch.addcmul(self.bias, functional.linear(maps, self.direction), self.scale)


class NormedConv2d(_Normed):
    """A convolution with normalised weights.

    Args:
        inputs: Channels of the input.
        outputs: Channels of the output.
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
        products = functional.conv2d(
            maps, self.direction, stride=self.stride, padding=self.padding
        )
        return torch.addcmul(self.bias.view(-1, 1, 1), products, self.scale.view(-1, 1, 1))


@torch.no_grad()
def initialise_by_data(network: nn.Module, images: Tensor) -> None:
    """Set length and bias of all normalised layers so that outputs have mean 0 and deviation s.

    With t = v · x / ‖v‖ of mean μ and deviation σ over the images (and places), the length
    becomes s/σ and the bias −μ s/σ, s being the layer's ``spread``, 1 for most; one layer after
    the other, each on the new outputs of the layers before it. Their former values do not matter.

    Args:
        network: Changed in place; without such layers it stays as it is.
        images: Images, in the network's input form; layers act as in the network's mode.

    Paper:
        Salimans & Kingma 2016, section 3, https://arxiv.org/abs/1602.07868

    Example:
        >>> network = nn.Sequential(NormedLinear(3, 2), nn.ReLU(), NormedLinear(2, 1))
        >>> images = torch.randn(100, 3) * 7 + 1
        >>> initialise_by_data(network, images)
        >>> network(images).mean().round(decimals=4).abs().item()
        0.0
    """
    layers = [layer for layer in network.modules() if isinstance(layer, _Normed)]
    # One pass: a hook standardises each output before the next layer takes it.
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
