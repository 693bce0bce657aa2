"""MADE: a masked autoencoder, in which each number depends on those before it only."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import pairwise
from math import prod

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from zerosum.networks.kinds import Shaped
from zerosum.networks.made_settings import MadeConfig
from zerosum.types import Images, ImageShape

__all__ = ["Made", "MaskedLinear"]

Parameters = Float[Tensor, "n dimensions outputs"]
"""Of each number of each image, the parameters of its distribution."""

Choose = Callable[[int, Float[Tensor, "n outputs"]], Float[Tensor, " n"]]
"""Called with a dimension and the parameters of its distribution; gives numbers in [0, 1]."""

Degrees = Int[Tensor, " _"]


class MaskedLinear(nn.Module):
    """A linear layer some of whose weights are held at 0: y = (M ⊙ W) x + b.

    M_kd = 1 where output k may depend on input d: its degree is no less, or greater where that is
    asked for. Outputs come in the order of their degrees.

    Args:
        inputs: Degrees of the inputs, shape (d,).
        outputs: Degrees of the outputs, shape (k,), rising.
        strict: Whether the degree of an output must be greater than that of an input it sees.
        gain: Variance of an output for inputs of mean square 1, at the start; 0: all outputs are.

    Paper:
        Germain et al. 2015, section 4, https://arxiv.org/abs/1502.03509

    Example:
        >>> layer = MaskedLinear(torch.tensor([1, 2, 3]), torch.tensor([1, 2]))
        >>> layer.mask
        tensor([[1., 0., 0.],
                [1., 1., 0.]])
    """

    mask: Tensor

    def __init__(
        self, inputs: Degrees, outputs: Degrees, *, strict: bool = False, gain: float = 1.0
    ) -> None:
        super().__init__()
        visible = outputs[:, None] > inputs if strict else outputs[:, None] >= inputs
        self.register_buffer("mask", visible.float(), persistent=False)
        # By the inputs that an output sees, not by all: else the first numbers start too still.
        deviation = (gain / visible.sum(dim=1, keepdim=True).clamp(min=1)).sqrt()
        self.weight = nn.Parameter(torch.randn(visible.shape) * deviation * self.mask)
        self.bias = nn.Parameter(torch.zeros(len(outputs)))

    def forward(self, vectors: Float[Tensor, "n inputs"]) -> Float[Tensor, "n outputs"]:
        """Apply the layer."""
        return functional.linear(vectors, self.weight * self.mask, self.bias)

    def some(self, vectors: Float[Tensor, "n inputs"], rows: slice) -> Float[Tensor, "n _"]:
        """Compute some of the outputs only."""
        weight = self.weight[rows] * self.mask[rows]
        return functional.linear(vectors, weight, self.bias[rows])

    def extra_repr(self) -> str:
        """Describe the layer for ``print``."""
        outputs, inputs = self.weight.shape
        return f"{inputs}, {outputs}"


class Made(Shaped):
    """The distribution of each number of an image, given those before it.

    An image is D = c·h·w numbers x_1 ... x_D in [0, 1], row by row, in a row from the left, in a
    pixel by channel. Hidden units have degrees from 1 to D − 1, evenly spread; a unit of degree m
    depends on x_1 ... x_m only, and the parameters of x_d on units of degrees below d, and on
    x_1 ... x_{d−1} directly:

        h_0 = x,  h_l = ReLU((M_l ⊙ W_l) h_{l−1} + b_l),  y = (M_V ⊙ V) h_L + (M_A ⊙ A) x + c

    Args:
        settings: All that may be chosen of it.
        image_shape: (channels, height, width) of one image.
        outputs: Parameters of the distribution of each number.

    Paper:
        Germain et al. 2015, sections 3 and 4, https://arxiv.org/abs/1502.03509. The same
        factors as in NADE (Larochelle & Murray 2011).

    Example:
        >>> made = MadeConfig(widths=(32,)).build((1, 4, 4), outputs=1)
        >>> made(torch.zeros(2, 1, 4, 4)).shape
        torch.Size([2, 16, 1])
    """

    def __init__(self, settings: MadeConfig, *, image_shape: ImageShape, outputs: int) -> None:
        super().__init__()
        self.image_shape = image_shape
        self.outputs = outputs
        self.dimensions = prod(image_shape)
        inputs = torch.arange(1, self.dimensions + 1)
        degrees = [_spread(width, self.dimensions) for width in settings.widths]
        self._degrees = [each.tolist() for each in degrees]
        last = inputs.repeat_interleave(outputs)
        chain = [inputs, *degrees]
        # Twice the variance, of which ReLU leaves a half; and at the end nothing, so that training
        # need not forget first what the network says of numbers that it has not seen.
        self.hidden = nn.ModuleList(
            MaskedLinear(below, above, gain=2.0) for below, above in pairwise(chain)
        )
        self.last = MaskedLinear(chain[-1], last, strict=True, gain=0.0)
        self.direct = (
            MaskedLinear(inputs, last, strict=True, gain=0.0) if settings.direct else None
        )

    def forward(self, images: Images) -> Parameters:
        """Compute the parameters of the distribution of each number, shape (n, D, outputs)."""
        numbers = self.numbers(images)
        vectors = numbers
        for layer in self.hidden:
            vectors = functional.relu(layer(vectors))
        parameters: Tensor = self.last(vectors)
        if self.direct is not None:
            parameters = parameters + self.direct(numbers)
        return parameters.view(-1, self.dimensions, self.outputs)

    def numbers(self, images: Images) -> Float[Tensor, "n dimensions"]:
        """The numbers of images in their order, from 0 (black, which then says nothing) to 1."""
        return (images.permute(0, 2, 3, 1).flatten(1) + 1) / 2

    def images(self, numbers: Float[Tensor, "n dimensions"]) -> Images:
        """The images of which these are the `numbers`."""
        channels, height, width = self.image_shape
        return numbers.view(-1, height, width, channels).permute(0, 3, 1, 2) * 2 - 1

    def generate(self, count: int, choose: Choose) -> Images:
        """Sample images number by number, at the cost of one pass through the network.

        When number d is due, only the hidden units of degree d − 1 are new: no other unit sees
        the number that has just been chosen and is needed now.

        Args:
            count: How many images at once.
            choose: Chooses the numbers of a dimension, counted from 0, for all images.
        """
        numbers = self.last.weight.new_zeros(count, self.dimensions)
        states = [numbers.new_zeros(count, len(degrees)) for degrees in self._degrees]
        for dimension in range(self.dimensions):
            parameters = self._due(dimension, numbers, states)
            numbers[:, dimension] = choose(dimension, parameters)
        return self.images(numbers)

    def _due(
        self, dimension: int, numbers: Tensor, states: list[Tensor]
    ) -> Float[Tensor, "n outputs"]:
        """Update the hidden units that a dimension depends on, and compute its parameters."""
        below = numbers
        for layer, degrees, state in zip(self.hidden, self._degrees, states, strict=True):
            rows = slice(bisect_left(degrees, dimension), bisect_right(degrees, dimension))
            assert isinstance(layer, MaskedLinear)
            state[:, rows] = functional.relu(layer.some(below, rows))
            below = state
        rows = slice(dimension * self.outputs, (dimension + 1) * self.outputs)
        parameters = self.last.some(below, rows)
        if self.direct is not None:
            parameters = parameters + self.direct.some(numbers, rows)
        return parameters


def _spread(width: int, dimensions: int) -> Degrees:
    """Degrees from 1 to D − 1 in ascending order, evenly spread."""
    return 1 + torch.arange(width) * max(1, dimensions - 1) // width
