"""A run as plain values that cannot hold nonsense, and their way to objects and to JSON."""

from zerosum.config.classification import (
    AdversarialTrainingConfig,
    ClassificationConfig,
    ClassifyingConfig,
    SemiSupervisedConfig,
)
from zerosum.config.evaluation import METRICS, EvaluateConfig
from zerosum.config.game import (
    AdversarialConfig,
    Augmentation,
    BurnInConfig,
    ClassConfig,
    GrowthConfig,
    OptimizerConfig,
)
from zerosum.config.invariance import InvarianceConfig
from zerosum.config.json import change, differences, from_json, to_json
from zerosum.config.perturbation import PerturbationConfig
from zerosum.config.run import GameConfig, PicturesConfig, RunConfig
from zerosum.config.techniques import (
    AdaptiveAugmentationConfig,
    FeatureMatchingConfig,
    InstanceNoiseConfig,
    PathLengthConfig,
    PenaltiesConfig,
    PenaltyConfig,
)
from zerosum.config.translation import (
    CartoonConfig,
    ContrastiveConfig,
    CycleConfig,
    PairedConfig,
    TranslationConfig,
)
from zerosum.networks.classifier_settings import ConvClassifierConfig, LenetClassifierConfig
from zerosum.networks.dcgan_settings import DcganDiscriminatorConfig, DcganGeneratorConfig
from zerosum.networks.fewlabels_settings import (
    DeepClassifierConfig,
    MlpClassifierConfig,
    SoftplusGeneratorConfig,
)
from zerosum.networks.minibatch_settings import MinibatchDiscriminationConfig
from zerosum.networks.mlp_settings import MlpDiscriminatorConfig, MlpGeneratorConfig
from zerosum.networks.patches_settings import PatchDiscriminatorConfig
from zerosum.networks.progan_settings import ProganDiscriminatorConfig, ProganGeneratorConfig
from zerosum.networks.r3gan_settings import R3ganDiscriminatorConfig, R3ganGeneratorConfig
from zerosum.networks.resnet_settings import ResnetDiscriminatorConfig, ResnetGeneratorConfig
from zerosum.networks.style_settings import StyleDiscriminatorConfig, StyleGeneratorConfig
from zerosum.networks.translator_settings import ResnetTranslatorConfig, UnetTranslatorConfig

__all__ = [
    "METRICS",
    "AdaptiveAugmentationConfig",
    "AdversarialConfig",
    "AdversarialTrainingConfig",
    "Augmentation",
    "BurnInConfig",
    "CartoonConfig",
    "ClassConfig",
    "ClassificationConfig",
    "ClassifyingConfig",
    "ContrastiveConfig",
    "ConvClassifierConfig",
    "CycleConfig",
    "DcganDiscriminatorConfig",
    "DcganGeneratorConfig",
    "DeepClassifierConfig",
    "EvaluateConfig",
    "FeatureMatchingConfig",
    "GameConfig",
    "GrowthConfig",
    "InstanceNoiseConfig",
    "InvarianceConfig",
    "LenetClassifierConfig",
    "MinibatchDiscriminationConfig",
    "MlpClassifierConfig",
    "MlpDiscriminatorConfig",
    "MlpGeneratorConfig",
    "OptimizerConfig",
    "PairedConfig",
    "PatchDiscriminatorConfig",
    "PathLengthConfig",
    "PenaltiesConfig",
    "PenaltyConfig",
    "PerturbationConfig",
    "PicturesConfig",
    "ProganDiscriminatorConfig",
    "ProganGeneratorConfig",
    "R3ganDiscriminatorConfig",
    "R3ganGeneratorConfig",
    "ResnetDiscriminatorConfig",
    "ResnetGeneratorConfig",
    "ResnetTranslatorConfig",
    "RunConfig",
    "SemiSupervisedConfig",
    "SoftplusGeneratorConfig",
    "StyleDiscriminatorConfig",
    "StyleGeneratorConfig",
    "TranslationConfig",
    "UnetTranslatorConfig",
    "change",
    "differences",
    "from_json",
    "to_json",
]
