"""Settings of the fully connected networks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zerosum.checks import require, require_between, require_positive
from zerosum.networks.settings import DiscriminatorSettings, GeneratorSettings
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.mlp import MaxoutDiscriminator, MlpDiscriminator, MlpGenerator

__all__ = ["MaxoutDiscriminatorConfig", "MlpDiscriminatorConfig", "MlpGeneratorConfig"]


@dataclass(frozen=True, kw_only=True)
class MlpGeneratorConfig(GeneratorSettings):
    """Fully connected generator.

    Example:
        >>> MlpGeneratorConfig(widths=(256, 512)).latent_size
        100
    """

    kind: Literal["mlp"] = "mlp"
    latent_size: int = 100
    """Numbers in a latent vector."""
    widths: tuple[int, ...] = (32, 64, 128)
    """Units of the hidden layers, from the latent to the picture."""
    slope: float = 0.2
    """Slope of the leaky ReLU for negative values."""
    dropout: float = 0.3
    """Share of hidden units that are dropped while training."""
    output: Literal["tanh", "sigmoid"] = "tanh"
    """How the last layer's numbers become pixels in [-1, 1]; ``sigmoid``: 2 σ(a) - 1, as in the
    first GAN, which is tanh(a / 2)."""
    weight_range: float | None = None
    """Weights begin uniformly within plus and minus this, biases at 0; None: as PyTorch has it."""

    def __post_init__(self) -> None:
        require_positive("latent_size", self.latent_size)
        _check_mlp(self.widths, self.dropout)
        _check_range(self.weight_range)

    def build(self, image_shape: ImageShape, *, class_size: int = 0) -> "MlpGenerator":
        """See `GeneratorSettings.build`."""
        from zerosum.networks.mlp import MlpGenerator

        return MlpGenerator(self, image_shape=image_shape, class_size=class_size)


@dataclass(frozen=True, kw_only=True)
class MlpDiscriminatorConfig(DiscriminatorSettings):
    """Fully connected discriminator.

    Example:
        >>> MlpDiscriminatorConfig(dropout=1.0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: dropout must be from 0.0 to 0.99, got 1.0.
    """

    kind: Literal["mlp"] = "mlp"
    widths: tuple[int, ...] = (128, 64, 32)
    """Units of the hidden layers, from the picture to the logit."""
    slope: float = 0.2
    """Slope of the leaky ReLU for negative values."""
    dropout: float = 0.3
    """Share of hidden units that are dropped while training."""
    spectral_norm: bool = False
    """Divide each weight by its largest singular value."""

    def __post_init__(self) -> None:
        _check_mlp(self.widths, self.dropout)

    def build(self, image_shape: ImageShape, *, outputs: int = 1) -> "MlpDiscriminator":
        """See `DiscriminatorSettings.build`."""
        from zerosum.networks.mlp import MlpDiscriminator

        return MlpDiscriminator(self, image_shape=image_shape, outputs=outputs)


@dataclass(frozen=True, kw_only=True)
class MaxoutDiscriminatorConfig(DiscriminatorSettings):
    """Fully connected discriminator of maxout units: that of the first GAN.

    Example:
        >>> MaxoutDiscriminatorConfig().widths
        (240, 240)
        >>> MaxoutDiscriminatorConfig(pieces=1)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: pieces must be at least 2, got 1: one alone is a linear unit.
    """

    kind: Literal["maxout"] = "maxout"
    widths: tuple[int, ...] = (240, 240)
    """Units of the hidden layers, from the picture to the logit."""
    pieces: int = 5
    """Linear functions of a unit, of which the greatest is its value."""
    input_dropout: float = 0.2
    """Share of pixels that are dropped, to black, while training."""
    dropout: float = 0.5
    """Share of hidden units that are dropped while training."""
    weight_range: float | None = 0.005
    """Weights begin uniformly within plus and minus this, biases at 0; None: as PyTorch has it."""

    def __post_init__(self) -> None:
        require(
            self.pieces >= 2,
            f"pieces must be at least 2, got {self.pieces}: one alone is a linear unit.",
        )
        require_between("input_dropout", self.input_dropout, 0.0, 0.99)
        _check_mlp(self.widths, self.dropout)
        _check_range(self.weight_range)

    def build(self, image_shape: ImageShape, *, outputs: int = 1) -> "MaxoutDiscriminator":
        """See `DiscriminatorSettings.build`."""
        from zerosum.networks.mlp import MaxoutDiscriminator

        return MaxoutDiscriminator(self, image_shape=image_shape, outputs=outputs)


def _check_range(weight_range: float | None) -> None:
    if weight_range is not None:
        require_positive("weight_range", weight_range)


def _check_mlp(widths: tuple[int, ...], dropout: float) -> None:
    require(len(widths) > 0, "widths must name at least one hidden layer, got none.")
    for width in widths:
        require_positive("each of widths", width)
    require_between("dropout", dropout, 0.0, 0.99)
