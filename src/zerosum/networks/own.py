"""Networks of your own: made by your factory, and checked before anything is trained.

The check is a pass of two images, or latents, of zeros in evaluation mode, so that neither
statistics nor random numbers change. A wrapper adds the attributes that zerosum needs.
"""

from typing import Any, cast

import torch
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.networks.classifier import ClassifierNetwork
from zerosum.networks.kinds import FeatureExtractor, Generator, Translator
from zerosum.networks.modes import evaluating_layers
from zerosum.networks.own_settings import (
    OwnClassifierConfig,
    OwnDiscriminatorConfig,
    OwnGeneratorConfig,
    OwnTranslatorConfig,
)
from zerosum.networks.rows import latent_rows
from zerosum.networks.wrapper import Wrapper
from zerosum.own import OwnSettings
from zerosum.types import AnyLatents, ClassLogits, Features, Images, ImageShape

__all__ = [
    "OwnClassifier",
    "OwnGenerator",
    "OwnTranslator",
    "own_discriminator",
    "own_patch_discriminator",
]

_CHECKED = 2
"""Images of the pass that checks a network."""


class OwnGenerator(Wrapper, Generator):
    """A generator of your own: latent vectors (n, latent_size) to images (n, c, h, w).

    Args:
        settings: Settings with the factory.
        image_shape: (c, h, w) of the images.
        class_size: Numbers behind z in each latent vector that stand for a class.

    Raises:
        ConfigError: The factory returns no such network.
    """

    def __init__(
        self, settings: OwnGeneratorConfig, *, image_shape: ImageShape, class_size: int = 0
    ) -> None:
        size = settings.latent_size + class_size
        super().__init__(_build(settings, image_shape=image_shape, latent_size=size))
        self.image_shape = image_shape
        self.latent_size = size
        images = _output_of(settings, self.inner, (size,))
        _require_shape(settings, images, "pictures", (_CHECKED, *image_shape))

    def forward(self, latents: AnyLatents) -> Images:
        """Generate one image per latent vector."""
        images: Images = self.inner(latent_rows(latents))
        return images


class OwnTranslator(Wrapper, Translator):
    """A translator of your own: images to images of the same shape.

    Args:
        settings: Settings with the factory.
        image_shape: (c, h, w) of the images that it is to be trained on.

    Raises:
        ConfigError: The factory returns no such network.
    """

    def __init__(self, settings: OwnTranslatorConfig, *, image_shape: ImageShape) -> None:
        super().__init__(_build(settings, image_shape=image_shape))
        self.image_shape = image_shape
        self.multiple = int(getattr(self.inner, "multiple", 1))
        self.smallest = int(getattr(self.inner, "smallest", 1))
        images = _output_of(settings, self.inner, image_shape)
        _require_shape(settings, images, "pictures", (_CHECKED, *image_shape))

    def forward(self, images: Images) -> Images:
        """Translate images."""
        translated: Images = self.inner(images)
        return translated


class OwnClassifier(Wrapper, ClassifierNetwork):
    """A classifier of your own: images to logits (n, classes).

    If it has a method ``features`` from images to (n, d), and a module ``head`` from these to
    the logits, those are its two parts; else its logits are its features, too.

    Args:
        settings: Settings with the factory.
        image_shape: (c, h, w) of the images.
        classes: Number of classes.

    Raises:
        ConfigError: The factory returns no such network.
    """

    def __init__(
        self, settings: OwnClassifierConfig, *, image_shape: ImageShape, classes: int
    ) -> None:
        super().__init__(_build(settings, image_shape=image_shape, classes=classes))
        self.image_shape = image_shape
        self.classes = classes
        head = getattr(self.inner, "head", None)
        self.has_parts = hasattr(self.inner, "features") and isinstance(head, nn.Module)
        if not self.has_parts:
            self.head = nn.Identity()
        logits = _output_of(settings, self.inner, image_shape)
        _require_shape(settings, logits, "logits", (_CHECKED, classes))
        features = _output_of(settings, self, image_shape, part="features")
        _require_shape(settings, features, "features", (_CHECKED, features[0].numel()))
        self.feature_size = features.shape[1]

    def features(self, images: Images) -> Features:
        """Extract the features of images, shape (n, feature_size)."""
        if self.has_parts:
            return cast("FeatureExtractor", self.inner).features(images)
        logits: Features = self.inner(images)
        return logits

    def forward(self, images: Images) -> ClassLogits:
        """Compute one logit per image and class."""
        logits: ClassLogits = self.inner(images)
        return logits


def own_discriminator(
    settings: OwnDiscriminatorConfig, image_shape: ImageShape, *, outputs: int = 1
) -> nn.Module:
    """Build a discriminator of whole images by a factory of your own.

    Raises:
        ConfigError: The factory returns no such network.
    """
    network = _build(settings, image_shape=image_shape, outputs=outputs)
    logits = _output_of(settings, network, image_shape)
    shapes = [(_CHECKED, outputs), *([(_CHECKED,)] if outputs == 1 else [])]
    _require_shape(settings, logits, "logits", *shapes)
    return network


def own_patch_discriminator(
    settings: OwnDiscriminatorConfig, image_shape: ImageShape
) -> nn.Module:
    """Build a discriminator of images, or of their patches, by a factory of your own.

    Raises:
        ConfigError: The factory returns no such network.
    """
    network = _build(settings, image_shape=image_shape, outputs=1)
    logits = _output_of(settings, network, image_shape)
    _require_shape(settings, logits, "logits", (_CHECKED, *logits.shape[1:]))
    return network


def _build(settings: OwnSettings, **arguments: Any) -> nn.Module:
    network = settings.make(**arguments)
    if not isinstance(network, nn.Module):
        raise ConfigError(
            f"{settings} returned {type(network).__name__}; expected {settings.gives}."
        )
    if not any(each.requires_grad for each in network.parameters()):
        raise ConfigError(f"{settings} returned a network without weights that can be learnt.")
    return network


def _output_of(
    settings: OwnSettings, network: nn.Module, shape: tuple[int, ...], *, part: str = "forward"
) -> Tensor:
    """Compute the output of the network, or of a method, for zeros; its state does not change.

    Raises:
        ConfigError: It fails, or returns no tensor.
    """
    zeros = torch.zeros(_CHECKED, *shape)
    # Numbers that the network may draw must not shift those of the run.
    with evaluating_layers(network), torch.no_grad(), torch.random.fork_rng(devices=[]):
        try:
            output = network(zeros) if part == "forward" else getattr(network, part)(zeros)
        except Exception as error:
            raise ConfigError(
                f"{settings} returned a network whose {part} fails when it is given "
                f"{tuple(zeros.shape)}, with {type(error).__name__}: {error}"
            ) from error
    if not isinstance(output, Tensor) or not output.ndim:
        raise ConfigError(
            f"{settings} returned a network whose {part} gives {type(output).__name__}; expected "
            "a tensor with a row for each picture."
        )
    return output


def _require_shape(
    settings: OwnSettings, output: Tensor, what: str, *shapes: tuple[int, ...]
) -> None:
    if tuple(output.shape) not in shapes or not output.is_floating_point():
        expected = " or ".join(map(str, shapes))
        raise ConfigError(
            f"{settings} returned a network that gives {what} of shape {tuple(output.shape)} and "
            f"type {output.dtype}; expected floats of shape {expected} for {_CHECKED}."
        )
