"""Settings of the networks; ``kind`` names the family in JSON."""

from dataclasses import dataclass
from typing import Literal

from zerosum.config.checks import require, require_between, require_positive

__all__ = [
    "DcganDiscriminatorConfig",
    "DcganGeneratorConfig",
    "DiscriminatorConfig",
    "GeneratorConfig",
    "MlpDiscriminatorConfig",
    "MlpGeneratorConfig",
    "ResnetDiscriminatorConfig",
    "ResnetGeneratorConfig",
]

Norm = Literal["batch", "instance", "layer", "none"]
Initialisation = Literal["normal", "default"]


@dataclass(frozen=True, kw_only=True)
class MlpGeneratorConfig:
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

    def __post_init__(self) -> None:
        require_positive("latent_size", self.latent_size)
        _check_mlp(self.widths, self.dropout)


@dataclass(frozen=True, kw_only=True)
class MlpDiscriminatorConfig:
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


@dataclass(frozen=True, kw_only=True)
class DcganGeneratorConfig:
    """Transposed convolutions of stride 2 from a small map to the picture.

    Example:
        >>> DcganGeneratorConfig(width=32, stem="linear").norm
        'batch'
        >>> DcganGeneratorConfig(width=64, max_width=32)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: max_width must be at least width 64, got 32.
    """

    kind: Literal["dcgan"] = "dcgan"
    latent_size: int = 100
    """Numbers in a latent vector."""
    width: int = 64
    """Channels of the last hidden layer; doubled with each halving of the size."""
    max_width: int = 512
    """Upper limit of the channels."""
    stem: Literal["linear", "convolution"] = "convolution"
    """How the latent becomes the first map."""
    stem_norm: bool = True
    """Normalise the first map."""
    output_bias: bool = False
    """Give the last layer a bias."""
    norm: Norm = "batch"
    """Normalisation of the hidden layers."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``default``: PyTorch's."""

    def __post_init__(self) -> None:
        require_positive("latent_size", self.latent_size)
        _check_widths(self.width, self.max_width)


@dataclass(frozen=True, kw_only=True)
class DcganDiscriminatorConfig:
    """Convolutions of stride 2 from the picture to one logit.

    Example:
        >>> DcganDiscriminatorConfig(norm="none", spectral_norm=True).width
        64
    """

    kind: Literal["dcgan"] = "dcgan"
    width: int = 64
    """Channels of the first layer; doubled with each halving of the size."""
    max_width: int = 512
    """Upper limit of the channels."""
    head: Literal["linear", "convolution"] = "convolution"
    """How the last map becomes a logit; a linear head has a bias."""
    norm: Norm = "batch"
    """Normalisation of all hidden layers but the first."""
    slope: float = 0.2
    """Slope of the leaky ReLU for negative values."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``default``: PyTorch's."""
    spectral_norm: bool = False
    """Divide each weight by its largest singular value."""

    def __post_init__(self) -> None:
        _check_widths(self.width, self.max_width)


@dataclass(frozen=True, kw_only=True)
class ResnetGeneratorConfig:
    """Residual generator of WGAN-GP.

    Example:
        >>> ResnetGeneratorConfig(width=64).latent_size
        128
    """

    kind: Literal["resnet"] = "resnet"
    latent_size: int = 128
    """Numbers in a latent vector."""
    width: int = 128
    """Channels of every layer."""

    def __post_init__(self) -> None:
        require_positive("latent_size", self.latent_size)
        require_positive("width", self.width)


@dataclass(frozen=True, kw_only=True)
class ResnetDiscriminatorConfig:
    """Residual critic of WGAN-GP.

    Example:
        >>> ResnetDiscriminatorConfig(width=64).norm
        'none'
    """

    kind: Literal["resnet"] = "resnet"
    width: int = 128
    """Channels of every layer."""
    norm: Literal["layer", "none"] = "none"
    """Normalisation; batch normalisation would couple the pictures of a batch."""
    spectral_norm: bool = False
    """Divide each weight by its largest singular value."""

    def __post_init__(self) -> None:
        require_positive("width", self.width)


GeneratorConfig = MlpGeneratorConfig | DcganGeneratorConfig | ResnetGeneratorConfig
DiscriminatorConfig = MlpDiscriminatorConfig | DcganDiscriminatorConfig | ResnetDiscriminatorConfig


def _check_mlp(widths: tuple[int, ...], dropout: float) -> None:
    require(len(widths) > 0, "widths must name at least one hidden layer, got none.")
    for width in widths:
        require_positive("each of widths", width)
    require_between("dropout", dropout, 0.0, 0.99)


def _check_widths(width: int, max_width: int) -> None:
    require_positive("width", width)
    require(max_width >= width, f"max_width must be at least width {width}, got {max_width}.")
