"""Generators and discriminators, one family per file.

A generator has ``latent_size``, ``image_shape`` and ``forward(latents) -> images``; a
discriminator has ``image_shape`` and ``forward(images) -> logits``, one per picture, without a
sigmoid.
"""

from zerosum.networks.dcgan import DcganDiscriminator, DcganGenerator
from zerosum.networks.mlp import MlpDiscriminator, MlpGenerator
from zerosum.networks.resnet import ResnetDiscriminator, ResnetGenerator

__all__ = [
    "DcganDiscriminator",
    "DcganGenerator",
    "MlpDiscriminator",
    "MlpGenerator",
    "ResnetDiscriminator",
    "ResnetGenerator",
]
