"""The networks that a configuration can name; their settings stand beside them."""

from zerosum.networks.classifier_settings import ConvClassifierConfig, LenetClassifierConfig
from zerosum.networks.dcgan_settings import DcganDiscriminatorConfig, DcganGeneratorConfig
from zerosum.networks.fewlabels_settings import (
    DeepClassifierConfig,
    MlpClassifierConfig,
    SoftplusGeneratorConfig,
)
from zerosum.networks.minibatch_settings import MinibatchDiscriminationConfig
from zerosum.networks.mlp_settings import MlpDiscriminatorConfig, MlpGeneratorConfig
from zerosum.networks.own_settings import (
    OwnClassifierConfig,
    OwnDiscriminatorConfig,
    OwnGeneratorConfig,
    OwnPatchDiscriminatorConfig,
    OwnTranslatorConfig,
)
from zerosum.networks.patches_settings import PatchDiscriminatorConfig
from zerosum.networks.progan_settings import ProganDiscriminatorConfig, ProganGeneratorConfig
from zerosum.networks.r3gan_settings import R3ganDiscriminatorConfig, R3ganGeneratorConfig
from zerosum.networks.resnet_settings import ResnetDiscriminatorConfig, ResnetGeneratorConfig
from zerosum.networks.style_settings import StyleDiscriminatorConfig, StyleGeneratorConfig
from zerosum.networks.translator_settings import ResnetTranslatorConfig, UnetTranslatorConfig

__all__ = [
    "ClassifierConfig",
    "ConvClassifierConfig",
    "DcganDiscriminatorConfig",
    "DcganGeneratorConfig",
    "DeepClassifierConfig",
    "DiscriminatorConfig",
    "FewLabelsGeneratorConfig",
    "GeneratorConfig",
    "LenetClassifierConfig",
    "MinibatchDiscriminationConfig",
    "MlpClassifierConfig",
    "MlpDiscriminatorConfig",
    "MlpGeneratorConfig",
    "OwnClassifierConfig",
    "OwnDiscriminatorConfig",
    "OwnGeneratorConfig",
    "OwnPatchDiscriminatorConfig",
    "OwnTranslatorConfig",
    "PatchDiscriminatorConfig",
    "PatchwiseConfig",
    "ProganDiscriminatorConfig",
    "ProganGeneratorConfig",
    "R3ganDiscriminatorConfig",
    "R3ganGeneratorConfig",
    "ResnetDiscriminatorConfig",
    "ResnetGeneratorConfig",
    "ResnetTranslatorConfig",
    "SoftplusGeneratorConfig",
    "StyleDiscriminatorConfig",
    "StyleGeneratorConfig",
    "TranslatorConfig",
    "UnetTranslatorConfig",
]

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

FewLabelsGeneratorConfig = SoftplusGeneratorConfig | DcganGeneratorConfig | OwnGeneratorConfig
"""Settings of any generator in a game against a classifier."""

DiscriminatorConfig = (
    MlpDiscriminatorConfig
    | DcganDiscriminatorConfig
    | ResnetDiscriminatorConfig
    | R3ganDiscriminatorConfig
    | ProganDiscriminatorConfig
    | StyleDiscriminatorConfig
    | OwnDiscriminatorConfig
)
"""Settings of any discriminator of whole pictures."""

PatchwiseConfig = PatchDiscriminatorConfig | OwnPatchDiscriminatorConfig
"""Settings of any discriminator that may judge a picture by its patches."""

TranslatorConfig = ResnetTranslatorConfig | UnetTranslatorConfig | OwnTranslatorConfig
"""Settings of any translator."""

ClassifierConfig = (
    ConvClassifierConfig
    | LenetClassifierConfig
    | MlpClassifierConfig
    | DeepClassifierConfig
    | OwnClassifierConfig
)
"""Settings of any classifier."""
