"""Small classifiers, to start from."""

from itertools import pairwise

from torch import nn

from zerosum.errors import ConfigError
from zerosum.networks.classifier_settings import ConvClassifierConfig, LenetClassifierConfig
from zerosum.networks.kinds import FeatureExtractor
from zerosum.nn import initialise_he, normalisation
from zerosum.nn.convolution import Downsample
from zerosum.sizes import in_pixels
from zerosum.types import ClassLogits, Features, Images, ImageShape

__all__ = ["ClassifierNetwork", "ConvClassifier", "LenetClassifier"]

_SMALLEST = 8
_KERNEL = 5


class ClassifierNetwork(FeatureExtractor):
    """A classifier in two parts: from images to features, and from features to logits.

    Attributes:
        classes: Number of classes.
        image_shape: (channels, height, width) of one image.
        feature_size: Numbers in the features of one image.
        body: Images to features.
        head: Features (n, feature_size) to logits (n, classes).
    """

    classes: int
    image_shape: ImageShape
    feature_size: int
    body: nn.Module
    head: nn.Module

    def features(self, images: Images) -> Features:
        """Extract the features of images, shape (n, feature_size)."""
        features: Features = self.body(images)
        return features

    def forward(self, images: Images) -> ClassLogits:
        """Compute one logit per image and class."""
        logits: ClassLogits = self.head(self.features(images))
        return logits


class ConvClassifier(ClassifierNetwork):
    """Images to logits of classes, through convolutions.

    x (n, c, h, w) → as long as both sides are at least 8: (convolution of stride 2, normalisation,
    ReLU) → (convolution of stride 1 to twice the channels, normalisation, ReLU) → dropout → linear
    → logits (n, classes). Weights are initialised as by He et al.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image.
        classes: Number of classes.

    Example:
        >>> import torch
        >>> classifier = ConvClassifierConfig(base_channels=8).build((1, 28, 28), classes=10)
        >>> classifier(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2, 10])
    """

    def __init__(
        self, settings: ConvClassifierConfig, *, image_shape: ImageShape, classes: int
    ) -> None:
        super().__init__()
        self.classes = classes
        self.image_shape = image_shape
        inputs, rows, columns = image_shape
        channels, norm = settings.base_channels, settings.norm
        # A bias before a normalisation would cancel.
        layers: list[nn.Module] = []
        while min(rows, columns) >= _SMALLEST:
            layers += _layer(Downsample(inputs, channels, bias=norm == "none"), norm)
            inputs, channels = channels, min(settings.max_channels, 2 * channels)
            rows, columns = rows // 2, columns // 2
        last = nn.Conv2d(inputs, channels, 3, padding=1, bias=norm == "none")
        self.feature_size = channels * rows * columns
        self.body = nn.Sequential(*layers, *_layer(last, norm), nn.Flatten())
        self.head = nn.Sequential(
            nn.Dropout(settings.dropout), nn.Linear(self.feature_size, classes)
        )
        initialise_he(self)


class LenetClassifier(ClassifierNetwork):
    """Large kernels and pooling, then fully connected layers; the paper's network for digits.

    x (n, c, h, w) → for each of ``channels``: (convolution of kernel 5 without padding,
    normalisation, ReLU, maximum of 2x2) → for each number of feature units: (linear, ReLU) →
    features (n, d) → for each number of units: (dropout, linear, ReLU) → linear → logits
    (n, classes). Weights are initialised as by
    PyTorch.

    Args:
        settings: The network's settings.
        image_shape: (channels, height, width) of one image.
        classes: Number of classes.

    Raises:
        ConfigError: The images are too small for the number of layers.

    Paper:
        Ganin et al. 2016, figure 4a, https://arxiv.org/abs/1505.07818 (the defaults); Tzeng et al.
        2017, section 5.1, https://arxiv.org/abs/1702.05464 (20 and 50 channels, 500 feature units)

    Example:
        >>> import torch
        >>> classifier = LenetClassifierConfig().build((3, 32, 32), classes=10)
        >>> classifier.features(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2, 1200])
        >>> classifier(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2, 10])
    """

    def __init__(
        self, settings: LenetClassifierConfig, *, image_shape: ImageShape, classes: int
    ) -> None:
        super().__init__()
        self.classes = classes
        self.image_shape = image_shape
        inputs, rows, columns = image_shape
        norm = settings.norm
        layers: list[nn.Module] = []
        for channels in settings.channels:
            # The convolution has no padding, and pooling drops an odd row or column.
            rows, columns = (rows - _KERNEL + 1) // 2, (columns - _KERNEL + 1) // 2
            convolution = nn.Conv2d(inputs, channels, _KERNEL, bias=norm == "none")
            layers += [*_layer(convolution, norm), nn.MaxPool2d(2)]
            inputs = channels
        if min(rows, columns) < 1:
            raise ConfigError(
                f"pictures of {in_pixels(image_shape[1:])} are too small for "
                f"{len(settings.channels)} convolutions of kernel {_KERNEL} with pooling; enlarge "
                "them (--pictures.size 32 32 --pictures.enlarge) or give fewer channels."
            )
        flat = inputs * rows * columns
        sizes = (flat, *settings.feature_units)
        self.feature_size = sizes[-1]
        self.body = nn.Sequential(*layers, nn.Flatten(), *_connected(sizes))
        sizes = (self.feature_size, *settings.units)
        self.head = nn.Sequential(
            *_connected(sizes, dropout=settings.dropout), nn.Linear(sizes[-1], classes)
        )


def _connected(sizes: tuple[int, ...], *, dropout: float = 0.0) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for before, after in pairwise(sizes):
        layers += [nn.Dropout(dropout), nn.Linear(before, after), nn.ReLU(inplace=True)]
    return layers


def _layer(convolution: nn.Conv2d, norm: str) -> list[nn.Module]:
    return [convolution, normalisation(norm, convolution.out_channels), nn.ReLU(inplace=True)]
