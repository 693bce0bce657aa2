"""The base class of discriminators of whole images: features, and a last layer on them."""

from collections.abc import Sequence
from functools import partial, reduce

from jaxtyping import Float
from torch import Tensor, nn

from zerosum.networks.kinds import FeatureExtractor
from zerosum.nn.precision import in_full_precision
from zerosum.types import AnyLogits, Features, Images, ImageShape

__all__ = ["Discriminator", "Maps", "apply_layers"]

Maps = Float[Tensor, "n *places"]
"""Input of the last layer: numbers, or maps that it covers."""


class Discriminator(FeatureExtractor):
    """A discriminator in two steps: D(x) = w · f(x) + b, where f is all but the last layer.

    `forward_features` computes f, `forward_head` the last layer. Feature matching compares means
    of f, and minibatch discrimination compares images by f.

    Attributes:
        image_shape: (channels, height, width) of one image.
        layers: The layers in their order. The last two are a linear one, and one that brings the
            logits into shape.
        in_full: How many of them, at the end, compute in 32 bits where the others compute in 16:
            the last stage, or the last layer alone.

    Example:
        >>> import torch
        >>> from zerosum.config import MlpDiscriminatorConfig
        >>> discriminator = MlpDiscriminatorConfig(dropout=0.0).build((1, 28, 28))
        >>> images = torch.zeros(2, 1, 28, 28)
        >>> discriminator.features(images).shape
        torch.Size([2, 32])
        >>> logits = discriminator.forward_head(discriminator.forward_features(images))
        >>> torch.equal(logits, discriminator(images))
        True
    """

    image_shape: ImageShape
    layers: nn.Sequential
    in_full: int = 2

    def forward(self, images: Images) -> AnyLogits:
        """Compute one logit per image, positive for "real", or ``outputs`` of them."""
        return self.forward_head(self.forward_features(images))

    def forward_features(self, images: Images) -> Maps:
        """Compute the input of the last layer."""
        layers = list(self.layers)
        first = len(layers) - self.in_full
        maps = apply_layers(layers[:first], images)
        return in_full_precision(partial(apply_layers, layers[first:-2]), maps)

    def forward_head(self, maps: Maps) -> AnyLogits:
        """Compute logits from what `forward_features` returned."""
        return in_full_precision(partial(apply_layers, list(self.layers)[-2:]), maps)

    def features(self, images: Images) -> Features:
        """Compute `forward_features` as one row of numbers per image, shape (n, d)."""
        return self.forward_features(images).flatten(1)


def apply_layers(layers: Sequence[nn.Module], maps: Tensor) -> Tensor:
    """Apply the layers in sequence.

    Example:
        >>> import torch
        >>> apply_layers([nn.ReLU(), nn.Flatten(0)], torch.tensor([[-1.0], [2.0]]))
        tensor([0., 2.])
    """
    return reduce(lambda inner, layer: layer(inner), layers, maps)
