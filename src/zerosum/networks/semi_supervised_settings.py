"""Settings of the networks of semi-supervised GANs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zerosum.checks import require, require_between, require_positive
from zerosum.networks.settings import ClassifierSettings, GeneratorSettings
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.semi_supervised import DeepClassifier, MlpClassifier, SoftplusGenerator

__all__ = ["DeepClassifierConfig", "MlpClassifierConfig", "SoftplusGeneratorConfig"]


@dataclass(frozen=True, kw_only=True)
class MlpClassifierConfig(ClassifierSettings):
    """Fully connected classifier with normalised weights and noise in every layer.

    Example:
        >>> MlpClassifierConfig(widths=(64, 32)).noise
        0.5
    """

    kind: Literal["mlp"] = "mlp"
    widths: tuple[int, ...] = (1000, 500, 250, 250, 250)
    """Units of the hidden layers, from the picture to the logits."""
    input_noise: float = 0.6
    """Standard deviation of the noise on pixels, which live in [-1, 1], while training."""
    noise: float = 0.5
    """Standard deviation of the noise on hidden units while training."""

    def __post_init__(self) -> None:
        _check_hidden(self.widths)
        for name in ("input_noise", "noise"):
            require(getattr(self, name) >= 0, f"{name} must not be negative.")

    def build(self, image_shape: ImageShape, *, classes: int) -> "MlpClassifier":
        """See `ClassifierSettings.build`."""
        from zerosum.networks.semi_supervised import MlpClassifier

        return MlpClassifier(self, image_shape=image_shape, classes=classes)


@dataclass(frozen=True, kw_only=True)
class DeepClassifierConfig(ClassifierSettings):
    """Nine convolutions with normalised weights.

    Example:
        >>> DeepClassifierConfig(base_channels=96).dropout
        0.5
    """

    kind: Literal["deep"] = "deep"
    base_channels: int = 64
    """Channels of the first three layers; the others have twice as many."""
    input_dropout: float = 0.2
    """Part of the picture's values that is dropped while training."""
    dropout: float = 0.5
    """Part of the maps' values that is dropped after each downsampling while training."""

    def __post_init__(self) -> None:
        require_positive("base_channels", self.base_channels)
        require_between("input_dropout", self.input_dropout, 0.0, 0.99)
        require_between("dropout", self.dropout, 0.0, 0.99)

    def build(self, image_shape: ImageShape, *, classes: int) -> "DeepClassifier":
        """See `ClassifierSettings.build`."""
        from zerosum.networks.semi_supervised import DeepClassifier

        return DeepClassifier(self, image_shape=image_shape, classes=classes)


@dataclass(frozen=True, kw_only=True)
class SoftplusGeneratorConfig(GeneratorSettings):
    """Fully connected generator with softplus and batch normalisation.

    Example:
        >>> SoftplusGeneratorConfig().widths
        (500, 500)
    """

    kind: Literal["softplus"] = "softplus"
    latent_size: int = 100
    """Numbers in a latent vector."""
    widths: tuple[int, ...] = (500, 500)
    """Units of the hidden layers, from the latent to the picture."""

    def __post_init__(self) -> None:
        require_positive("latent_size", self.latent_size)
        _check_hidden(self.widths)

    @property
    def has_batch_norm(self) -> bool:
        """Always true."""
        return True

    def build(self, image_shape: ImageShape, *, class_size: int = 0) -> "SoftplusGenerator":
        """See `GeneratorSettings.build`."""
        from zerosum.networks.semi_supervised import SoftplusGenerator

        return SoftplusGenerator(self, image_shape=image_shape, class_size=class_size)


def _check_hidden(widths: tuple[int, ...]) -> None:
    require(len(widths) > 0, "widths must name at least one hidden layer.")
    for width in widths:
        require_positive("each of widths", width)
