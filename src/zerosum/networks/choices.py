"""The generators and discriminators of whole images that a configuration can name."""

from zerosum.networks.dcgan_settings import DcganDiscriminatorConfig, DcganGeneratorConfig
from zerosum.networks.mlp_settings import (
    MaxoutDiscriminatorConfig,
    MlpDiscriminatorConfig,
    MlpGeneratorConfig,
)
from zerosum.networks.own_settings import OwnDiscriminatorConfig, OwnGeneratorConfig
from zerosum.networks.progan_settings import ProganDiscriminatorConfig, ProganGeneratorConfig
from zerosum.networks.r3gan_settings import R3ganDiscriminatorConfig, R3ganGeneratorConfig
from zerosum.networks.resnet_settings import ResnetDiscriminatorConfig, ResnetGeneratorConfig
from zerosum.networks.style_settings import StyleDiscriminatorConfig, StyleGeneratorConfig

__all__ = ["DiscriminatorConfig", "GeneratorConfig"]

GeneratorConfig = (
    MlpGeneratorConfig
    | DcganGeneratorConfig
    | ResnetGeneratorConfig
    | ProganGeneratorConfig
    | StyleGeneratorConfig
    | R3ganGeneratorConfig
    | OwnGeneratorConfig
)
"""Settings of any generator in a game against a discriminator."""

DiscriminatorConfig = (
    MlpDiscriminatorConfig
    | MaxoutDiscriminatorConfig
    | DcganDiscriminatorConfig
    | ResnetDiscriminatorConfig
    | R3ganDiscriminatorConfig
    | ProganDiscriminatorConfig
    | StyleDiscriminatorConfig
    | OwnDiscriminatorConfig
)
"""Settings of any discriminator of whole images."""
