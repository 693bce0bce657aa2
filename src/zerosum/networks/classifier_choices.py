"""The classifiers, and the generators that play against one, that a configuration can name."""

from zerosum.networks.classifier_settings import ConvClassifierConfig, LenetClassifierConfig
from zerosum.networks.dcgan_settings import DcganGeneratorConfig
from zerosum.networks.fewlabels_settings import (
    DeepClassifierConfig,
    MlpClassifierConfig,
    SoftplusGeneratorConfig,
)
from zerosum.networks.own_settings import OwnClassifierConfig, OwnGeneratorConfig

__all__ = ["ClassifierConfig", "FewLabelsGeneratorConfig"]

FewLabelsGeneratorConfig = SoftplusGeneratorConfig | DcganGeneratorConfig | OwnGeneratorConfig
"""Settings of any generator in a game against a classifier."""

ClassifierConfig = (
    ConvClassifierConfig
    | LenetClassifierConfig
    | MlpClassifierConfig
    | DeepClassifierConfig
    | OwnClassifierConfig
)
"""Settings of any classifier."""
