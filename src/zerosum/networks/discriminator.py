"""What all discriminators of whole pictures share: features, and a last layer on them."""

from collections.abc import Sequence
from functools import partial, reduce

from jaxtyping import Float
from torch import Tensor, nn

from zerosum.networks.kinds import Observer
from zerosum.nn.precision import in_full_precision
from zerosum.types import Features, Images, ImageShape, Opinions

__all__ = ["Discriminator", "Maps", "in_turn"]

Maps = Float[Tensor, "n *places"]
"""What the last layer is given: numbers, or maps that it covers."""


class Discriminator(Observer):
    """Pictures to opinions in two steps: D(x) = w · f(x) + b, f being all but the last layer.

    Whatever asks for more than opinions asks here: matching of features looks at f, minibatch
    discrimination compares pictures by it.

    Attributes:
        image_shape: (channels, height, width) of one picture.
        layers: One after the other; the last two are the last layer, linear in what it is given,
            and that which brings opinions into shape.
        in_full: How many of them, at the end, compute in full precision where the others compute
            in 16 bits: the last stage, or the last layer alone.

    Example:
        >>> import torch
        >>> from zerosum.config import MlpDiscriminatorConfig
        >>> discriminator = MlpDiscriminatorConfig(dropout=0.0).build((1, 28, 28))
        >>> images = torch.zeros(2, 1, 28, 28)
        >>> discriminator.features(images).shape
        torch.Size([2, 32])
        >>> opinions = discriminator.judge(discriminator.look(images))
        >>> torch.equal(opinions, discriminator(images))
        True
    """

    image_shape: ImageShape
    layers: nn.Sequential
    in_full: int = 2

    def forward(self, images: Images) -> Opinions:
        """Give one opinion per picture: positive means "real"; or ``outputs`` of them."""
        return self.judge(self.look(images))

    def look(self, images: Images) -> Maps:
        """What the last layer is given of the pictures."""
        layers = list(self.layers)
        first = len(layers) - self.in_full
        maps = in_turn(layers[:first], images)
        return in_full_precision(partial(in_turn, layers[first:-2]), maps)

    def judge(self, maps: Maps) -> Opinions:
        """The opinions on pictures of which `look` gave this."""
        return in_full_precision(partial(in_turn, list(self.layers)[-2:]), maps)

    def features(self, images: Images) -> Features:
        """What `look` gives, as one row of numbers per picture."""
        return self.look(images).flatten(1)


def in_turn(layers: Sequence[nn.Module], given: Tensor) -> Tensor:
    """What the last layer gives, if each is given what the one before it gives.

    Example:
        >>> import torch
        >>> in_turn([nn.ReLU(), nn.Flatten(0)], torch.tensor([[-1.0], [2.0]]))
        tensor([0., 2.])
    """
    return reduce(lambda maps, layer: layer(maps), layers, given)
