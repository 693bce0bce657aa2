"""Networks of your own: made by your factory, and tried before anything is trained.

Each is shown two pictures, or latents, of zeros in evaluation mode, so that neither statistics nor
random numbers move. What the rest of zerosum asks of networks of a kind stands around them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.networks.around import Around
from zerosum.networks.classifier import Classifier
from zerosum.networks.kinds import Generator, Observer, Translator
from zerosum.networks.own_settings import (
    OwnClassifierConfig,
    OwnDiscriminatorConfig,
    OwnGeneratorConfig,
    OwnTranslatorConfig,
)
from zerosum.networks.rows import latent_rows
from zerosum.own import OwnSettings
from zerosum.types import AnyLatents, ClassLogits, Features, Images, ImageShape

__all__ = [
    "OwnClassifier",
    "OwnGenerator",
    "OwnTranslator",
    "own_discriminator",
    "own_patch_discriminator",
]

_TRIED = 2
"""Pictures that a network is tried on."""


class OwnGenerator(Around, Generator):
    """A generator of your own: latent vectors (n, latent_size) to pictures (n, c, h, w).

    Args:
        settings: What makes it.
        image_shape: (c, h, w) of the pictures.
        given: Numbers behind z in each latent vector that stand for a class.

    Raises:
        ConfigError: What is made is no such network.
    """

    def __init__(
        self, settings: OwnGeneratorConfig, *, image_shape: ImageShape, given: int = 0
    ) -> None:
        size = settings.latent_size + given
        super().__init__(_made(settings, image_shape=image_shape, latent_size=size))
        self.image_shape = image_shape
        self.latent_size = size
        drawn = _tried(settings, self.inner, (size,))
        _require(settings, drawn, "pictures", (_TRIED, *image_shape))

    def forward(self, latents: AnyLatents) -> Images:
        """Draw one picture per latent vector."""
        images: Images = self.inner(latent_rows(latents))
        return images


class OwnTranslator(Around, Translator):
    """A translator of your own: pictures to pictures of the same shape.

    Args:
        settings: What makes it.
        image_shape: (c, h, w) of the pictures that it is to be trained on.

    Raises:
        ConfigError: What is made is no such network.
    """

    def __init__(self, settings: OwnTranslatorConfig, *, image_shape: ImageShape) -> None:
        super().__init__(_made(settings, image_shape=image_shape))
        self.image_shape = image_shape
        self.multiple = int(getattr(self.inner, "multiple", 1))
        self.smallest = int(getattr(self.inner, "smallest", 1))
        drawn = _tried(settings, self.inner, image_shape)
        _require(settings, drawn, "pictures", (_TRIED, *image_shape))

    def forward(self, images: Images) -> Images:
        """Translate pictures."""
        translated: Images = self.inner(images)
        return translated


class OwnClassifier(Around, Classifier):
    """A classifier of your own: pictures to logits (n, classes).

    Where it has a method ``features`` from pictures to (n, d), and a module ``head`` from there to
    the logits, those are its two parts; else its logits are its features too.

    Args:
        settings: What makes it.
        image_shape: (c, h, w) of the pictures.
        classes: How many classes there are.

    Raises:
        ConfigError: What is made is no such network.
    """

    def __init__(
        self, settings: OwnClassifierConfig, *, image_shape: ImageShape, classes: int
    ) -> None:
        super().__init__(_made(settings, image_shape=image_shape, classes=classes))
        self.image_shape = image_shape
        self.classes = classes
        head = getattr(self.inner, "head", None)
        self.has_parts = hasattr(self.inner, "features") and isinstance(head, nn.Module)
        if not self.has_parts:
            self.head = nn.Identity()
        logits = _tried(settings, self.inner, image_shape)
        _require(settings, logits, "logits", (_TRIED, classes))
        seen = _tried(settings, self, image_shape, part="features")
        _require(settings, seen, "features", (_TRIED, seen[0].numel()))
        self.feature_size = seen.shape[1]

    def features(self, images: Images) -> Features:
        """What is seen in the pictures, shape (n, feature_size)."""
        if self.has_parts:
            return cast("Observer", self.inner).features(images)
        logits: Features = self.inner(images)
        return logits

    def forward(self, images: Images) -> ClassLogits:
        """Give one logit per picture and class."""
        logits: ClassLogits = self.inner(images)
        return logits


def own_discriminator(
    settings: OwnDiscriminatorConfig, image_shape: ImageShape, *, outputs: int = 1
) -> nn.Module:
    """The discriminator of whole pictures that a factory makes.

    Raises:
        ConfigError: It is none.
    """
    network = _made(settings, image_shape=image_shape, outputs=outputs)
    logits = _tried(settings, network, image_shape)
    shapes = [(_TRIED, outputs), *([(_TRIED,)] if outputs == 1 else [])]
    _require(settings, logits, "logits", *shapes)
    return network


def own_patch_discriminator(
    settings: OwnDiscriminatorConfig, image_shape: ImageShape
) -> nn.Module:
    """The discriminator of pictures, or of their patches, that a factory makes.

    Raises:
        ConfigError: It is none.
    """
    network = _made(settings, image_shape=image_shape, outputs=1)
    logits = _tried(settings, network, image_shape)
    _require(settings, logits, "logits", (_TRIED, *logits.shape[1:]))
    return network


def _made(settings: OwnSettings, **given: Any) -> nn.Module:
    network = settings.make(**given)
    if not isinstance(network, nn.Module):
        raise ConfigError(
            f"{settings} returned {type(network).__name__}; expected {settings.gives}."
        )
    if not any(each.requires_grad for each in network.parameters()):
        raise ConfigError(f"{settings} returned a network without weights that can be learnt.")
    return network


def _tried(
    settings: OwnSettings, network: nn.Module, shape: tuple[int, ...], *, part: str = "forward"
) -> Tensor:
    """What the network, or a method of it, makes of zeros of that shape; nothing in it moves.

    Raises:
        ConfigError: It fails, or makes no tensor.
    """
    zeros = torch.zeros(_TRIED, *shape)
    with _still(network), torch.no_grad(), torch.random.fork_rng(devices=[]):
        try:
            outcome = network(zeros) if part == "forward" else getattr(network, part)(zeros)
        except Exception as error:
            raise ConfigError(
                f"{settings} returned a network whose {part} fails when it is given "
                f"{tuple(zeros.shape)}, with {type(error).__name__}: {error}"
            ) from error
    if not isinstance(outcome, Tensor) or not outcome.ndim:
        raise ConfigError(
            f"{settings} returned a network whose {part} gives {type(outcome).__name__}; expected "
            "a tensor with a row for each picture."
        )
    return outcome


@contextmanager
def _still(network: nn.Module) -> Iterator[None]:
    """Within the context all layers are in evaluation mode; then each is as it was."""
    modes = [(each, each.training) for each in network.modules()]
    network.eval()
    try:
        yield
    finally:
        for each, mode in modes:
            each.training = mode


def _require(settings: OwnSettings, found: Tensor, what: str, *shapes: tuple[int, ...]) -> None:
    if tuple(found.shape) not in shapes or not found.is_floating_point():
        expected = " or ".join(map(str, shapes))
        raise ConfigError(
            f"{settings} returned a network that gives {what} of shape {tuple(found.shape)} and "
            f"type {found.dtype}; expected floats of shape {expected} for {_TRIED}."
        )
