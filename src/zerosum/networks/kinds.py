"""Base classes of networks: the attributes and methods of each kind, besides `forward`.

Our networks are of these classes. One of your own need not be, if it has the parts that are used:
where the network of a player, which may be any, is used as one of a kind, there is a `cast`.
"""

from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.networks.rows import latent_rows
from zerosum.types import AnyLatents, Features, Images, ImageShape, Latents

__all__ = [
    "FeatureExtractor",
    "Generator",
    "LayeredGenerator",
    "MappedTranslator",
    "Shaped",
    "StyledGenerator",
    "Translator",
    "count_parameters",
    "require_parts",
]


class Shaped(nn.Module):
    """A network for images of one shape.

    Attributes:
        image_shape: (channels, height, width) of one image.
    """

    image_shape: ImageShape


class Generator(Shaped):
    """Latent vectors to images.

    Attributes:
        latent_size: Numbers in a latent vector.
    """

    latent_size: int


class LayeredGenerator(Generator):
    """A generator whose layers follow each other.

    Attributes:
        layers: From rows of latents to images.
    """

    layers: nn.Sequential

    def forward(self, latents: AnyLatents) -> Images:
        """Generate one image per latent vector."""
        images: Images = self.layers(latent_rows(latents))
        return images


class StyledGenerator(Generator):
    """A generator in two steps, mapping and synthesis, with a style between them.

    Attributes:
        mean_style: The mean of w, shape (d,).
    """

    mean_style: Tensor

    def mapping(self, latents: Latents) -> Tensor:
        """Compute the styles w of latents z, shape (n, layers, d)."""
        raise NotImplementedError

    def synthesis(self, styles: Tensor) -> Images:
        """Generate images from styles (n, layers, d)."""
        raise NotImplementedError


class FeatureExtractor(nn.Module):
    """A network with features of images."""

    def features(self, images: Images) -> Features:
        """Extract the features of images, shape (n, d)."""
        raise NotImplementedError


class Translator(Shaped):
    """Images to images of the same shape; it is trained on images of one shape.

    Attributes:
        multiple: Sides of other images must be multiples of this.
        smallest: The least side.
    """

    multiple: int
    smallest: int


class MappedTranslator(Translator):
    """A translator that returns its intermediate maps, too."""

    def with_maps(self, images: Images) -> tuple[Images, list[Tensor]]:
        """Translate images; return them with the intermediate maps (n, channels, h, w)."""
        raise NotImplementedError


def require_parts(network: nn.Module, *parts: str, why: str) -> None:
    """Refuse a network without the attributes that will be used.

    Args:
        network: Any network, possibly of your own.
        parts: Names of the attributes.
        why: What needs them.

    Raises:
        ConfigError: One is missing.

    Example:
        >>> require_parts(nn.Linear(2, 1), "features", why="feature matching")
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: feature matching needs a network with features; Linear has ...
    """
    missing = [name for name in parts if not hasattr(network, name)]
    if missing:
        raise ConfigError(
            f"{why} needs a network with {' and '.join(parts)}; {type(network).__name__} has no "
            f"{' and no '.join(missing)}."
        )


def count_parameters(module: nn.Module) -> int:
    """Count the parameters that training can change.

    Args:
        module: The network.

    Example:
        >>> count_parameters(nn.Linear(784, 10))
        7850
    """
    return sum(p.numel() for p in module.parameters() if p.requires_grad)
