"""Settings of small classifiers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zerosum.checks import require, require_between, require_positive
from zerosum.networks.settings import ClassifierSettings, Norm, require_channels
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.classifier import ConvClassifier, LenetClassifier

__all__ = ["ConvClassifierConfig", "LenetClassifierConfig"]


@dataclass(frozen=True, kw_only=True)
class ConvClassifierConfig(ClassifierSettings):
    """Small convolutional classifier.

    Example:
        >>> ConvClassifierConfig(norm="none").base_channels
        32
    """

    kind: Literal["conv"] = "conv"
    base_channels: int = 32
    """Channels of the first layer; doubled by each layer that follows."""
    max_channels: int = 256
    """Upper limit of the channels."""
    norm: Norm = "batch"
    """Normalisation of every layer but the last."""
    dropout: float = 0.3
    """Share of the last map's numbers that are dropped while training."""

    def __post_init__(self) -> None:
        require_channels(self.base_channels, self.max_channels)
        require_between("dropout", self.dropout, 0.0, 0.99)

    def build(self, image_shape: ImageShape, *, classes: int) -> "ConvClassifier":
        """See `ClassifierSettings.build`."""
        from zerosum.networks.classifier import ConvClassifier

        return ConvClassifier(self, image_shape=image_shape, classes=classes)


@dataclass(frozen=True, kw_only=True)
class LenetClassifierConfig(ClassifierSettings):
    """Two convolutions of kernel 5 with pooling, then fully connected layers.

    Example:
        >>> LenetClassifierConfig(channels=(64, 96)).units
        (100, 100)
        >>> LenetClassifierConfig(channels=())
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: channels must name at least one convolution.
    """

    kind: Literal["lenet"] = "lenet"
    channels: tuple[int, ...] = (32, 48)
    """Channels of the convolutions."""
    feature_units: tuple[int, ...] = ()
    """Units of fully connected layers that belong to the features, the input of a domain head."""
    units: tuple[int, ...] = (100, 100)
    """Units of the other fully connected layers."""
    norm: Norm = "none"
    """Normalisation of the convolutions."""
    dropout: float = 0.0
    """Share of the numbers that are dropped before each of units while training."""

    def __post_init__(self) -> None:
        require(bool(self.channels), "channels must name at least one convolution.")
        for number in (*self.channels, *self.feature_units, *self.units):
            require_positive("each of channels, feature_units and units", number)
        require_between("dropout", self.dropout, 0.0, 0.99)

    def build(self, image_shape: ImageShape, *, classes: int) -> "LenetClassifier":
        """See `ClassifierSettings.build`."""
        from zerosum.networks.classifier import LenetClassifier

        return LenetClassifier(self, image_shape=image_shape, classes=classes)
