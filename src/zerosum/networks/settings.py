"""What the settings of networks have in common: they stand beside the networks and build them.

Neither PyTorch nor NumPy is imported here or there before something is built, so that help, forms
and completion cost nothing.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from zerosum.checks import require, require_positive
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.classifier import Classifier
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
    """What every network is asked before it is built.

    Attributes:
        kind: The name of these settings in JSON.
    """

    kind: str

    @property
    def has_batch_norm(self) -> bool:
        """Whether the network normalises by the batch, so that its pictures are not independent.

        Example:
            >>> from zerosum.config import R3ganGeneratorConfig, ResnetGeneratorConfig
            >>> ResnetGeneratorConfig().has_batch_norm, R3ganGeneratorConfig().has_batch_norm
            (True, False)
        """
        return getattr(self, "norm", "none") == "batch"


class GeneratorSettings(NetworkSettings):
    """Settings of a network from latent vectors to pictures.

    Attributes:
        latent_size: Numbers in z.
        grows: Whether the network begins with small pictures; its discriminator does too then.
        is_styled: Whether it has a mapping and a synthesis, and a style between them.
    """

    latent_size: int
    grows: ClassVar[bool] = False
    is_styled: ClassVar[bool] = False

    @property
    def draws_latents(self) -> bool:
        """Whether it draws normal latents of its own while training."""
        return False

    @abstractmethod
    def build(self, image_shape: ImageShape, *, given: int = 0) -> "Generator":
        """Make the network, with weights from PyTorch's global random numbers.

        Args:
            image_shape: (c, h, w) of the pictures.
            given: Numbers behind z in each latent vector that stand for a class.

        Raises:
            ConfigError: If the settings do not fit the pictures.
        """


class DiscriminatorSettings(NetworkSettings):
    """Settings of a network from pictures to logits.

    Attributes:
        grows: Whether the network begins with small pictures; its generator does too then.
    """

    grows: ClassVar[bool] = False

    @abstractmethod
    def build(self, image_shape: ImageShape, *, outputs: int = 1) -> "Discriminator":
        """Make the network, with weights from PyTorch's global random numbers.

        Args:
            image_shape: (c, h, w) of the pictures.
            outputs: Logits of each picture.

        Raises:
            ConfigError: If the settings do not fit the pictures.
        """


class TranslatorSettings(NetworkSettings):
    """Settings of a network from pictures to pictures of the same shape."""

    @property
    def draws_changes(self) -> bool:
        """Whether it draws a change of the picture instead of a new one."""
        return False

    @abstractmethod
    def build(self, image_shape: ImageShape) -> "Translator":
        """Make the network, with weights from PyTorch's global random numbers.

        Args:
            image_shape: (c, h, w) of the pictures.

        Raises:
            ConfigError: If the settings do not fit the pictures.
        """


class ClassifierSettings(NetworkSettings):
    """Settings of a network from pictures to logits of classes."""

    @abstractmethod
    def build(self, image_shape: ImageShape, *, classes: int) -> "Classifier":
        """Make the network, with weights from PyTorch's global random numbers.

        Args:
            image_shape: (c, h, w) of the pictures.
            classes: How many classes there are.

        Raises:
            ConfigError: If the settings do not fit the pictures.
        """


def require_channels(base_channels: int, max_channels: int) -> None:
    """Refuse channels that no network can have.

    Args:
        base_channels: Channels of the layer next to the picture.
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
