"""Build generators and discriminators from settings, with their wrappers."""

from torch import nn

from zerosum import networks
from zerosum.networks.kinds import Generator, require_parts
from zerosum.networks.minibatch_settings import MinibatchDiscriminationConfig
from zerosum.networks.settings import DiscriminatorSettings, GeneratorSettings
from zerosum.types import ImageShape

__all__ = ["build_discriminator", "build_generator"]

NO_MINIBATCH = MinibatchDiscriminationConfig()

_PARTS = ("forward_features", "forward_head", "features")
"""Methods of a discriminator that minibatch discrimination calls."""


def build_generator(
    config: GeneratorSettings, shape: ImageShape, *, classes: int = 0, class_size: int = 0
) -> Generator:
    """Build the generator for images of that shape.

    Args:
        config: Its settings.
        shape: (c, h, w) of the images.
        classes: Number of classes; 0: the generator is unconditional.
        class_size: Numbers that stand for a class beside z.

    Example:
        >>> import torch
        >>> from zerosum.config import DcganGeneratorConfig
        >>> config = DcganGeneratorConfig(latent_size=8, base_channels=4)
        >>> generator = build_generator(config, (3, 32, 32), classes=3, class_size=4)
        >>> generator(torch.zeros(2, 8 + 3)).shape
        torch.Size([2, 3, 32, 32])
    """
    if not classes:
        return config.build(shape)
    network = config.build(shape, class_size=class_size)
    return networks.ConditionalGenerator(network, classes=classes, class_size=class_size)


def build_discriminator(
    config: DiscriminatorSettings,
    shape: ImageShape,
    *,
    classes: int = 0,
    minibatch: MinibatchDiscriminationConfig = NO_MINIBATCH,
) -> nn.Module:
    """Build the discriminator for images of that shape.

    Args:
        config: Its settings.
        shape: (c, h, w) of the images.
        classes: Number of classes; 0: the discriminator is unconditional.
        minibatch: Settings of minibatch discrimination.

    Example:
        >>> import torch
        >>> from zerosum.config import DcganDiscriminatorConfig
        >>> config = DcganDiscriminatorConfig(base_channels=4)
        >>> discriminator = build_discriminator(config, (3, 32, 32), classes=3)
        >>> discriminator(torch.zeros(2, 3, 32, 32), torch.tensor([0, 2])).shape
        torch.Size([2])
    """
    outputs = classes + 1
    inner = config.build(shape, outputs=outputs)
    network: nn.Module = inner
    if minibatch.kernels:
        require_parts(inner, *_PARTS, why="minibatch discrimination")
        network = networks.MinibatchDiscriminator(inner, minibatch, outputs=outputs)
    return networks.ConditionalDiscriminator(network) if classes else network
