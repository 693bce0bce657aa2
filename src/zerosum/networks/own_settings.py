"""Settings of networks of your own, made by a factory in your file."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from zerosum.checks import require_positive
from zerosum.networks.settings import (
    ClassifierSettings,
    DiscriminatorSettings,
    GeneratorSettings,
    TranslatorSettings,
)
from zerosum.own import OwnSettings
from zerosum.sizes import ImageShape

if TYPE_CHECKING:
    from zerosum.networks.own import OwnClassifier, OwnGenerator, OwnTranslator

__all__ = [
    "OwnClassifierConfig",
    "OwnDiscriminatorConfig",
    "OwnGeneratorConfig",
    "OwnPatchDiscriminatorConfig",
    "OwnTranslatorConfig",
]

_NETWORK = "a torch.nn.Module"


@dataclass(frozen=True, kw_only=True)
class OwnGeneratorConfig(OwnSettings, GeneratorSettings):
    """A generator of your own: from latents (n, latent_size) to images (n, c, h, w).

    ``NAME(image_shape=, latent_size=, **arguments)`` returns it.

    Example:
        >>> OwnGeneratorConfig(factory="mine.py:Net", arguments={"width": 8}).latent_size
        100
    """

    gives: ClassVar[str] = _NETWORK
    known: ClassVar[tuple[str, ...]] = ("image_shape", "latent_size")

    latent_size: int = 100
    """Numbers in a latent vector."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive("latent_size", self.latent_size)

    def build(self, image_shape: ImageShape, *, class_size: int = 0) -> "OwnGenerator":
        """See `GeneratorSettings.build`."""
        from zerosum.networks.own import OwnGenerator

        return OwnGenerator(self, image_shape=image_shape, class_size=class_size)


@dataclass(frozen=True, kw_only=True)
class OwnDiscriminatorConfig(OwnSettings, DiscriminatorSettings):
    """A discriminator of your own: from images (n, c, h, w) to logits (n,) or (n, outputs).

    ``NAME(image_shape=, outputs=, **arguments)`` returns it; ``outputs`` is 1 unless the game is
    conditional.

    Example:
        >>> OwnDiscriminatorConfig(factory="mine.py:Critic").has_batch_norm
        False
    """

    gives: ClassVar[str] = _NETWORK
    known: ClassVar[tuple[str, ...]] = ("image_shape", "outputs")

    def build(self, image_shape: ImageShape, *, outputs: int = 1) -> Any:
        """See `DiscriminatorSettings.build`."""
        from zerosum.networks.own import own_discriminator

        return own_discriminator(self, image_shape, outputs=outputs)


@dataclass(frozen=True, kw_only=True)
class OwnPatchDiscriminatorConfig(OwnDiscriminatorConfig):
    """A discriminator of your own, of images or of patches: from images to logits (n, ...).

    Example:
        >>> OwnPatchDiscriminatorConfig(factory="mine.py:Critic").kind
        'own'
    """

    def build(self, image_shape: ImageShape, *, outputs: int = 1) -> Any:
        """See `DiscriminatorSettings.build`."""
        from zerosum.networks.own import own_patch_discriminator

        return own_patch_discriminator(self, image_shape)


@dataclass(frozen=True, kw_only=True)
class OwnTranslatorConfig(OwnSettings, TranslatorSettings):
    """A translator of your own: from images (n, c, h, w) to as many of the same shape.

    ``NAME(image_shape=, **arguments)`` returns it. Its attributes ``multiple`` and ``smallest``
    restrict other sizes; without them, it takes all.

    Example:
        >>> OwnTranslatorConfig(factory="mine.py:Painter").draws_changes
        False
    """

    gives: ClassVar[str] = _NETWORK
    known: ClassVar[tuple[str, ...]] = ("image_shape",)

    def build(self, image_shape: ImageShape) -> "OwnTranslator":
        """See `TranslatorSettings.build`."""
        from zerosum.networks.own import OwnTranslator

        return OwnTranslator(self, image_shape=image_shape)


@dataclass(frozen=True, kw_only=True)
class OwnClassifierConfig(OwnSettings, ClassifierSettings):
    """A classifier of your own: from images (n, c, h, w) to logits (n, classes).

    ``NAME(image_shape=, classes=, **arguments)`` returns it. Games that use its
    features call its method ``features``, (n, d), the input of its ``head``; where it has none,
    its logits are its features.

    Example:
        >>> OwnClassifierConfig(factory="mine.py:Net").kind
        'own'
    """

    gives: ClassVar[str] = _NETWORK
    known: ClassVar[tuple[str, ...]] = ("image_shape", "classes")

    def build(self, image_shape: ImageShape, *, classes: int) -> "OwnClassifier":
        """See `ClassifierSettings.build`."""
        from zerosum.networks.own import OwnClassifier

        return OwnClassifier(self, image_shape=image_shape, classes=classes)
