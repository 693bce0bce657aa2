"""What may be asked of networks of each kind, beside calling them.

Ours are of these classes. One that you bring need not be, if it has the parts that it is asked
for: where a player's network, which may be any, is taken for one of a kind, that is a `cast`.
"""

from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.networks.rows import latent_rows
from zerosum.types import AnyLatents, Features, Images, ImageShape, Latents

__all__ = [
    "Generator",
    "LayeredGenerator",
    "MappedTranslator",
    "Observer",
    "Shaped",
    "StyledGenerator",
    "Translator",
    "count_parameters",
    "require_parts",
]


class Shaped(nn.Module):
    """A network for pictures of one shape.

    Attributes:
        image_shape: (channels, height, width) of one picture.
    """

    image_shape: ImageShape


class Generator(Shaped):
    """Latent vectors to pictures.

    Attributes:
        latent_size: Numbers in a latent vector.
    """

    latent_size: int


class LayeredGenerator(Generator):
    """A generator whose layers follow each other.

    Attributes:
        layers: From rows of latents to pictures.
    """

    layers: nn.Sequential

    def forward(self, latents: AnyLatents) -> Images:
        """Draw one picture per latent vector."""
        images: Images = self.layers(latent_rows(latents))
        return images


class StyledGenerator(Generator):
    """A generator that draws in two steps, with a style between them.

    Attributes:
        mean_style: The mean of w, shape (d,).
    """

    mean_style: Tensor

    def mapping(self, latents: Latents) -> Tensor:
        """Styles w of latents z, shape (n, layers, d)."""
        raise NotImplementedError

    def synthesis(self, styles: Tensor) -> Images:
        """Pictures drawn under the styles (n, layers, d)."""
        raise NotImplementedError


class Observer(nn.Module):
    """A network that tells what it sees in pictures."""

    def features(self, images: Images) -> Features:
        """What is seen in the pictures, shape (n, d)."""
        raise NotImplementedError


class Translator(Shaped):
    """Pictures to pictures of the same shape; it is trained on those of one.

    Attributes:
        multiple: Sides of others must be multiples of this.
        smallest: Sides must be at least so long.
    """

    multiple: int
    smallest: int


class MappedTranslator(Translator):
    """A translator that gives what stands between its layers on the way."""

    def with_maps(self, images: Images) -> tuple[Images, list[Tensor]]:
        """Translated pictures, and the maps (n, channels, h, w) on the way."""
        raise NotImplementedError


def require_parts(network: nn.Module, *parts: str, why: str) -> None:
    """Refuse a network that has not what it will be asked for.

    Args:
        network: One that anybody may have written.
        parts: Names of methods, modules or numbers.
        why: Who asks.

    Raises:
        ConfigError: It lacks one.

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
    """How many numbers training can change.

    Args:
        module: The network.

    Example:
        >>> count_parameters(nn.Linear(784, 10))
        7850
    """
    return sum(p.numel() for p in module.parameters() if p.requires_grad)
