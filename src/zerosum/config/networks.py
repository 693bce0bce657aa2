"""Settings of the networks; ``kind`` names the family in JSON."""

from dataclasses import dataclass
from typing import Literal

from zerosum.config.checks import require, require_between, require_layers, require_positive
from zerosum.config.style import (
    ProganDiscriminatorConfig,
    ProganGeneratorConfig,
    StyleDiscriminatorConfig,
    StyleGeneratorConfig,
)

__all__ = [
    "DcganDiscriminatorConfig",
    "DcganGeneratorConfig",
    "DiscriminatorConfig",
    "GeneratorConfig",
    "MlpDiscriminatorConfig",
    "MlpGeneratorConfig",
    "PatchDiscriminatorConfig",
    "R3ganDiscriminatorConfig",
    "R3ganGeneratorConfig",
    "ResnetDiscriminatorConfig",
    "ResnetGeneratorConfig",
    "ResnetTranslatorConfig",
    "TranslatorConfig",
    "UnetTranslatorConfig",
]

Norm = Literal["batch", "instance", "layer", "none"]
Initialisation = Literal["normal", "xavier", "default"]


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
    upsampling: Literal["transposed", "nearest", "bilinear"] = "transposed"
    """What doubles the size: ``transposed`` convolutions as in the paper, or ``nearest`` or
    ``bilinear`` enlarging and then a convolution, which draws no checkerboards."""
    norm: Norm = "batch"
    """Normalisation of the hidden layers."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``xavier``: as in CUT; ``default``: PyTorch's."""

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
    """``normal``: N(0, 0.02) as in the paper; ``xavier``: as in CUT; ``default``: PyTorch's."""
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


@dataclass(frozen=True, kw_only=True)
class R3ganGeneratorConfig:
    """Residual generator of R3GAN, without normalisation.

    Example:
        >>> R3ganGeneratorConfig(width=32, max_width=128).latent_size
        64
    """

    kind: Literal["r3gan"] = "r3gan"
    latent_size: int = 64
    """Numbers in a latent vector."""
    width: int = 64
    """Channels at the size of the picture; doubled with each halving of the size."""
    max_width: int = 512
    """Upper limit of the channels."""
    blocks: int = 2
    """Residual blocks at each size."""
    group_size: int = 16
    """Channels of a group in the 3x3 convolutions, at most."""
    expansion: int = 2
    """Channels within a block per channel outside of it."""
    bounded: bool = False
    """Keep pictures in [-1, 1] by tanh, which the paper does not: for pictures with much plain
    black or white, digits say, of which training without it often makes one and the same."""
    repeat_border: bool = False
    """Repeat the outermost pixel beyond the border where maps are doubled; the paper has 0 there.
    For pictures with a plain border, which would begin far off, and drive tanh to its end."""

    def __post_init__(self) -> None:
        require_positive("latent_size", self.latent_size)
        _check_r3gan(self)


@dataclass(frozen=True, kw_only=True)
class R3ganDiscriminatorConfig:
    """Residual discriminator of R3GAN, without normalisation.

    Example:
        >>> R3ganDiscriminatorConfig(blocks=0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: blocks must be from 1 to 1000, got 0.
    """

    kind: Literal["r3gan"] = "r3gan"
    width: int = 64
    """Channels at the size of the picture; doubled with each halving of the size."""
    max_width: int = 512
    """Upper limit of the channels."""
    blocks: int = 2
    """Residual blocks at each size."""
    group_size: int = 16
    """Channels of a group in the 3x3 convolutions, at most."""
    expansion: int = 2
    """Channels within a block per channel outside of it."""
    spectral_norm: bool = False
    """Divide each weight by its largest singular value; what would start at 0 then does not."""

    def __post_init__(self) -> None:
        _check_r3gan(self)


@dataclass(frozen=True, kw_only=True)
class ResnetTranslatorConfig:
    """Residual blocks between a few halvings and as many doublings.

    Example:
        >>> course = ResnetTranslatorConfig(stem=False, halvings=3, blocks=6, norm="batch")
        >>> course.width
        64
    """

    kind: Literal["resnet-translator"] = "resnet-translator"
    width: int = 64
    """Channels of the first layer; doubled with each halving."""
    halvings: int = 2
    """How often the sides are halved."""
    blocks: int = 9
    """Residual blocks at the smallest size."""
    stem: bool = True
    """First and last layer at full size with kernel 7, as in the paper; else all with kernel 4."""
    norm: Norm = "instance"
    """Normalisation after every convolution but the last."""
    padding: Literal["reflect", "zero"] = "reflect"
    """What lies beyond the border: the mirror image, or 0."""
    filtered: bool = False
    """Filter maps where their size changes, as CUT does; it takes a stem."""
    residual: bool = False
    """Draw a change of the picture instead of a new one, so that training begins with copies."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``xavier``: as in CUT; ``default``: PyTorch's."""

    def __post_init__(self) -> None:
        require_positive("width", self.width)
        require_layers("halvings", self.halvings)
        require_layers("blocks", self.blocks)
        require(
            self.stem or not self.filtered,
            "filtered is for networks whose first and last layer work at full size: set stem too.",
        )


@dataclass(frozen=True, kw_only=True)
class UnetTranslatorConfig:
    """Halvings down to a few pixels and doublings back, with a shortcut at every size.

    Example:
        >>> UnetTranslatorConfig(depth=6).dropout
        0.5
    """

    kind: Literal["unet"] = "unet"
    width: int = 64
    """Channels of the first layer; doubled with each halving."""
    max_width: int = 512
    """Upper limit of the channels."""
    depth: int = 8
    """How often the sides are halved; they must be multiples of 2^depth."""
    norm: Norm = "batch"
    """Normalisation of all layers but those next to the picture and the smallest map."""
    dropout: float = 0.5
    """Share of values that are dropped in the first three doublings while training."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``xavier``: as in CUT; ``default``: PyTorch's."""

    def __post_init__(self) -> None:
        _check_widths(self.width, self.max_width)
        require_between("depth", self.depth, 2, 12)
        require_between("dropout", self.dropout, 0.0, 0.99)


@dataclass(frozen=True, kw_only=True)
class PatchDiscriminatorConfig:
    """Convolutions that judge a picture patch by patch; the paper's see 70x70 pixels each.

    Example:
        >>> course = PatchDiscriminatorConfig(halvings=4, smooth=False, bias=False, norm="batch")
        >>> course.width
        64
    """

    kind: Literal["patch"] = "patch"
    width: int = 64
    """Channels of the first layer; doubled with each further one, up to 8 times."""
    halvings: int = 3
    """Layers of stride 2; patches are 16, 34, 70 and 142 pixels wide after 1, 2, 3 and 4."""
    smooth: bool = True
    """A layer of stride 1 before the last one, as in the paper."""
    bias: bool = True
    """Biases in the first and the last layer."""
    filtered: bool = False
    """Filter maps where they are halved, as CUT does."""
    norm: Norm = "instance"
    """Normalisation of all layers but the first and the last."""
    slope: float = 0.2
    """Slope of the leaky ReLU for negative values."""
    initialisation: Initialisation = "normal"
    """``normal``: N(0, 0.02) as in the paper; ``xavier``: as in CUT; ``default``: PyTorch's."""
    spectral_norm: bool = False
    """Divide each weight by its largest singular value."""

    def __post_init__(self) -> None:
        require_positive("width", self.width)
        require_layers("halvings", self.halvings)


TranslatorConfig = ResnetTranslatorConfig | UnetTranslatorConfig
GeneratorConfig = (
    MlpGeneratorConfig
    | DcganGeneratorConfig
    | ResnetGeneratorConfig
    | ProganGeneratorConfig
    | StyleGeneratorConfig
    | R3ganGeneratorConfig
)
DiscriminatorConfig = (
    MlpDiscriminatorConfig
    | DcganDiscriminatorConfig
    | ResnetDiscriminatorConfig
    | R3ganDiscriminatorConfig
    | ProganDiscriminatorConfig
    | StyleDiscriminatorConfig
)


def _check_mlp(widths: tuple[int, ...], dropout: float) -> None:
    require(len(widths) > 0, "widths must name at least one hidden layer, got none.")
    for width in widths:
        require_positive("each of widths", width)
    require_between("dropout", dropout, 0.0, 0.99)


def _check_r3gan(config: R3ganGeneratorConfig | R3ganDiscriminatorConfig) -> None:
    _check_widths(config.width, config.max_width)
    require_layers("blocks", config.blocks)
    for name in ("group_size", "expansion"):
        require_positive(name, getattr(config, name))


def _check_widths(width: int, max_width: int) -> None:
    require_positive("width", width)
    require(max_width >= width, f"max_width must be at least width {width}, got {max_width}.")
