"""Base classes of the settings of networks, which stand beside the networks and build them.

Neither PyTorch nor NumPy is imported by settings before something is built, so that help, forms
and completion cost nothing.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from zerosum.checks import require, require_positive
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.classifier import ClassifierNetwork
    from zerosum.networks.discriminator import Discriminator
    from zerosum.networks.kinds import Generator, Translator

__all__ = [
    "ClassifierSettings",
    "DiscriminatorSettings",
    "GeneratorSettings",
    "Initialisation",
    "NetworkSettings",
    "Norm",
    "TranslatorSettings",
    "require_channels",
]

Norm = Literal["batch", "instance", "layer", "none"]
Initialisation = Literal["normal", "xavier", "default"]


class NetworkSettings(ABC):
    """Properties of every network that are known before it is built.

    Attributes:
        kind: The name of these settings in JSON.
    """

    kind: str

    @property
    def has_batch_norm(self) -> bool:
        """Whether the network normalises by the batch, so that images depend on each other.

        Example:
            >>> from zerosum.config import R3ganGeneratorConfig, ResnetGeneratorConfig
            >>> ResnetGeneratorConfig().has_batch_norm, R3ganGeneratorConfig().has_batch_norm
            (True, False)
        """
        return getattr(self, "norm", "none") == "batch"


class GeneratorSettings(NetworkSettings):
    """Settings of a network from latent vectors to images.

    Attributes:
        latent_size: Numbers in z.
        grows: Whether the network starts with small images; then its discriminator does, too.
        is_styled: Whether it has a mapping and a synthesis, and a style between them.
    """

    latent_size: int
    grows: ClassVar[bool] = False
    is_styled: ClassVar[bool] = False

    @property
    def draws_latents(self) -> bool:
        """Whether it samples normal latents of its own while training."""
        return False

    @abstractmethod
    def build(self, image_shape: ImageShape, *, class_size: int = 0) -> "Generator":
        """Build the network, with weights from PyTorch's global random numbers.

        Args:
            image_shape: (c, h, w) of the images.
            class_size: Numbers behind z in each latent vector that stand for a class.

        Raises:
            ConfigError: The settings do not fit the images.
        """


class DiscriminatorSettings(NetworkSettings):
    """Settings of a network from images to logits.

    Attributes:
        grows: Whether the network starts with small images; then its generator does, too.
    """

    grows: ClassVar[bool] = False

    @abstractmethod
    def build(self, image_shape: ImageShape, *, outputs: int = 1) -> "Discriminator":
        """Build the network, with weights from PyTorch's global random numbers.

        Args:
            image_shape: (c, h, w) of the images.
            outputs: Logits of each image.

        Raises:
            ConfigError: The settings do not fit the images.
        """


class TranslatorSettings(NetworkSettings):
    """Settings of a network from images to images of the same shape."""

    @property
    def draws_changes(self) -> bool:
        """Whether it computes a change of the image instead of a new one."""
        return False

    @abstractmethod
    def build(self, image_shape: ImageShape) -> "Translator":
        """Build the network, with weights from PyTorch's global random numbers.

        Args:
            image_shape: (c, h, w) of the images.

        Raises:
            ConfigError: The settings do not fit the images.
        """


class ClassifierSettings(NetworkSettings):
    """Settings of a network from images to logits of classes."""

    @abstractmethod
    def build(self, image_shape: ImageShape, *, classes: int) -> "ClassifierNetwork":
        """Build the network, with weights from PyTorch's global random numbers.

        Args:
            image_shape: (c, h, w) of the images.
            classes: Number of classes.

        Raises:
            ConfigError: The settings do not fit the images.
        """


def require_channels(base_channels: int, max_channels: int) -> None:
    """Refuse channels that no network can have.

    Args:
        base_channels: Channels of the layer next to the image.
        max_channels: Upper limit of all layers.

    Example:
        >>> require_channels(64, 32)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: max_channels must be at least base_channels 64, got 32.
    """
    require_positive("base_channels", base_channels)
    require(
        max_channels >= base_channels,
        f"max_channels must be at least base_channels {base_channels}, got {max_channels}.",
    )
