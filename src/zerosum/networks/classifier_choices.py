"""The classifiers, and the generators that play against one, that a configuration can name."""

from zerosum.networks.classifier_settings import ConvClassifierConfig, LenetClassifierConfig
from zerosum.networks.dcgan_settings import DcganGeneratorConfig
from zerosum.networks.own_settings import OwnClassifierConfig, OwnGeneratorConfig
from zerosum.networks.semisupervised_settings import (
    DeepClassifierConfig,
    MlpClassifierConfig,
    SoftplusGeneratorConfig,
)

__all__ = ["ClassifierConfig", "SemiSupervisedGeneratorConfig"]

SemiSupervisedGeneratorConfig = SoftplusGeneratorConfig | DcganGeneratorConfig | OwnGeneratorConfig
"""Settings of any generator in a game against a classifier."""

ClassifierConfig = (
    ConvClassifierConfig
    | LenetClassifierConfig
    | MlpClassifierConfig
    | DeepClassifierConfig
    | OwnClassifierConfig
)
"""Settings of any classifier."""
