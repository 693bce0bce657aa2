"""Pictures to opinions on classes: small networks, to start from."""

from itertools import pairwise

from torch import nn

from zerosum.errors import ConfigError
from zerosum.nn import initialise_he, normalisation
from zerosum.nn.convolution import Halve
from zerosum.sizes import in_pixels
from zerosum.types import ClassLogits, Features, Images, ImageShape

__all__ = ["Classifier", "ConvClassifier", "LenetClassifier"]

_SMALLEST = 8
_KERNEL = 5


class Classifier(nn.Module):
    """A classifier in two parts: what it sees in pictures, and what it makes of that.

    Attributes:
        classes: How many classes there are.
        image_shape: (channels, height, width) of one picture.
        feature_size: Numbers in the features of one picture.
        body: Pictures to features.
        head: Features (n, feature_size) to logits (n, classes).
    """

    classes: int
    image_shape: ImageShape
    feature_size: int
    body: nn.Module
    head: nn.Module

    def features(self, images: Images) -> Features:
        """What is seen in the pictures, shape (n, feature_size)."""
        features: Features = self.body(images)
        return features

    def forward(self, images: Images) -> ClassLogits:
        """Give one logit per picture and class."""
        logits: ClassLogits = self.head(self.features(images))
        return logits


class ConvClassifier(Classifier):
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
        self.feature_size = width * rows * columns
        self.body = nn.Sequential(*layers, *_layer(last, norm), nn.Flatten())
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(self.feature_size, classes))
        initialise_he(self)


class LenetClassifier(Classifier):
    """Large kernels and pooling, then fully connected layers; the paper's network for digits.

    x (n, c, h, w) → for each width: (convolution of kernel 5 without padding, normalisation, ReLU,
    the largest of each 2x2) → for each number of feature units: (linear, ReLU) → features (n, d) →
    for each number of units: (dropout, linear, ReLU) → linear → logits (n, classes). Weights start
    as PyTorch draws them.

    Args:
        classes: How many classes there are.
        image_shape: (channels, height, width) of one picture.
        widths: Channels of the convolutions.
        feature_units: Units of fully connected layers that are part of the features.
        units: Units of those that are part of the head.
        norm: A name in ``zerosum.nn.NORMALISATIONS``.
        dropout: Probability with which a number is silenced before a fully connected layer.

    Raises:
        ConfigError: The pictures are too small for so many layers.

    Paper:
        Ganin et al. 2016, figure 4a, https://arxiv.org/abs/1505.07818 (the defaults); Tzeng et al.
        2017, section 5.1, https://arxiv.org/abs/1702.05464 (20 and 50 channels, 500 feature units)

    Example:
        >>> import torch
        >>> classifier = LenetClassifier(classes=10, image_shape=(3, 32, 32))
        >>> classifier.features(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2, 1200])
        >>> classifier(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2, 10])
    """

    def __init__(
        self,
        *,
        classes: int,
        image_shape: ImageShape,
        widths: tuple[int, ...] = (32, 48),
        feature_units: tuple[int, ...] = (),
        units: tuple[int, ...] = (100, 100),
        norm: str = "none",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.classes = classes
        self.image_shape = image_shape
        channels, rows, columns = image_shape
        layers: list[nn.Module] = []
        for width in widths:
            rows, columns = (rows - _KERNEL + 1) // 2, (columns - _KERNEL + 1) // 2
            convolution = nn.Conv2d(channels, width, _KERNEL, bias=norm == "none")
            layers += [*_layer(convolution, norm), nn.MaxPool2d(2)]
            channels = width
        if min(rows, columns) < 1:
            raise ConfigError(
                f"pictures of {in_pixels(image_shape[1:])} are too small for "
                f"{len(widths)} convolutions of kernel {_KERNEL} with pooling; enlarge them "
                "(--pictures.size 32 32 --pictures.enlarge) or give fewer widths."
            )
        flat = channels * rows * columns
        seen = _connected((flat, *feature_units))
        self.feature_size = feature_units[-1] if feature_units else flat
        self.body = nn.Sequential(*layers, nn.Flatten(), *seen)
        sizes = (self.feature_size, *units)
        self.head = nn.Sequential(
            *_connected(sizes, dropout=dropout), nn.Linear(sizes[-1], classes)
        )


def _connected(sizes: tuple[int, ...], *, dropout: float = 0.0) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for before, after in pairwise(sizes):
        layers += [nn.Dropout(dropout), nn.Linear(before, after), nn.ReLU(inplace=True)]
    return layers


def _layer(convolution: nn.Conv2d, norm: str) -> list[nn.Module]:
    return [convolution, normalisation(norm, convolution.out_channels), nn.ReLU(inplace=True)]
