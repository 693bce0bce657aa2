"""Pictures to opinions on classes: small networks, to start from."""

from torch import nn

from zerosum.nn import initialise_he, normalisation
from zerosum.nn.convolution import Halve
from zerosum.types import ClassLogits, Images, ImageShape

__all__ = ["ConvClassifier"]

_SMALLEST = 8


class ConvClassifier(nn.Module):
    """Pictures to logits of classes, through convolutions.

    x (n, c, h, w) → as long as both sides are at least 8: (convolution of stride 2, normalisation,
    ReLU) → (convolution of stride 1 to twice the channels, normalisation, ReLU) → dropout → linear
    → logits (n, classes). Weights start as He et al. draw them.

    Args:
        classes: How many classes there are.
        image_shape: (channels, height, width) of one picture.
        width: Channels of the first layer; doubled by each layer that follows.
        max_width: The most channels that a layer may have.
        norm: A name in ``zerosum.nn.NORMALISATIONS``; with ``none`` the convolutions have biases.
        dropout: Probability with which a number of the last map is silenced while training.

    Example:
        >>> import torch
        >>> classifier = ConvClassifier(classes=10, image_shape=(1, 28, 28), width=8)
        >>> classifier(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2, 10])
    """

    def __init__(
        self,
        *,
        classes: int,
        image_shape: ImageShape,
        width: int = 32,
        max_width: int = 256,
        norm: str = "batch",
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        self.classes = classes
        self.image_shape = image_shape
        channels, rows, columns = image_shape
        layers: list[nn.Module] = []
        while min(rows, columns) >= _SMALLEST:
            layers += _layer(Halve(channels, width, bias=norm == "none"), norm)
            channels, width = width, min(max_width, 2 * width)
            rows, columns = rows // 2, columns // 2
        last = nn.Conv2d(channels, width, 3, padding=1, bias=norm == "none")
        self.layers = nn.Sequential(
            *layers,
            *_layer(last, norm),
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(width * rows * columns, classes),
        )
        initialise_he(self)

    def forward(self, images: Images) -> ClassLogits:
        """Give one logit per picture and class."""
        logits: ClassLogits = self.layers(images)
        return logits


def _layer(convolution: nn.Conv2d, norm: str) -> list[nn.Module]:
    return [convolution, normalisation(norm, convolution.out_channels), nn.ReLU(inplace=True)]
