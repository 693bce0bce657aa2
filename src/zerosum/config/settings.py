"""Settings that stand beside the networks and games that they build, by the names users know."""

from zerosum.games.adversarial_settings import AdversarialConfig, ClassConfig
from zerosum.games.autoregressive_settings import AutoregressiveConfig
from zerosum.games.classification_settings import (
    AdversarialTrainingConfig,
    ClassificationConfig,
    GameWithClassifierConfig,
)
from zerosum.games.invariance_settings import InvarianceConfig
from zerosum.games.parts.settings import (
    AdaptiveAugmentationConfig,
    Augmentation,
    BurnInConfig,
    FeatureMatchingConfig,
    GrowthConfig,
    InstanceNoiseConfig,
    OptimizerConfig,
    PathLengthConfig,
    PenaltiesConfig,
    PenaltyConfig,
)
from zerosum.games.perturbation_settings import PerturbationConfig
from zerosum.games.semi_supervised_settings import SemiSupervisedConfig
from zerosum.games.translation_settings import (
    CartoonConfig,
    ContrastiveConfig,
    CycleConfig,
    PairedConfig,
    TranslationConfig,
)
from zerosum.networks.classifier_settings import ConvClassifierConfig, LenetClassifierConfig
from zerosum.networks.dcgan_settings import DcganDiscriminatorConfig, DcganGeneratorConfig
from zerosum.networks.made_settings import MadeConfig
from zerosum.networks.minibatch_settings import MinibatchDiscriminationConfig
from zerosum.networks.mlp_settings import (
    MaxoutDiscriminatorConfig,
    MlpDiscriminatorConfig,
    MlpGeneratorConfig,
)
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
from zerosum.networks.semi_supervised_settings import (
    DeepClassifierConfig,
    MlpClassifierConfig,
    SoftplusGeneratorConfig,
)
from zerosum.networks.style_settings import StyleDiscriminatorConfig, StyleGeneratorConfig
from zerosum.networks.translator_settings import ResnetTranslatorConfig, UnetTranslatorConfig
from zerosum.own import OwnObjectiveConfig

__all__ = [
    "AdaptiveAugmentationConfig",
    "AdversarialConfig",
    "AdversarialTrainingConfig",
    "Augmentation",
    "AutoregressiveConfig",
    "BurnInConfig",
    "CartoonConfig",
    "ClassConfig",
    "ClassificationConfig",
    "ContrastiveConfig",
    "ConvClassifierConfig",
    "CycleConfig",
    "DcganDiscriminatorConfig",
    "DcganGeneratorConfig",
    "DeepClassifierConfig",
    "FeatureMatchingConfig",
    "GameWithClassifierConfig",
    "GrowthConfig",
    "InstanceNoiseConfig",
    "InvarianceConfig",
    "LenetClassifierConfig",
    "MadeConfig",
    "MaxoutDiscriminatorConfig",
    "MinibatchDiscriminationConfig",
    "MlpClassifierConfig",
    "MlpDiscriminatorConfig",
    "MlpGeneratorConfig",
    "OptimizerConfig",
    "OwnClassifierConfig",
    "OwnDiscriminatorConfig",
    "OwnGeneratorConfig",
    "OwnObjectiveConfig",
    "OwnPatchDiscriminatorConfig",
    "OwnTranslatorConfig",
    "PairedConfig",
    "PatchDiscriminatorConfig",
    "PathLengthConfig",
    "PenaltiesConfig",
    "PenaltyConfig",
    "PerturbationConfig",
    "ProganDiscriminatorConfig",
    "ProganGeneratorConfig",
    "R3ganDiscriminatorConfig",
    "R3ganGeneratorConfig",
    "ResnetDiscriminatorConfig",
    "ResnetGeneratorConfig",
    "ResnetTranslatorConfig",
    "SemiSupervisedConfig",
    "SoftplusGeneratorConfig",
    "StyleDiscriminatorConfig",
    "StyleGeneratorConfig",
    "TranslationConfig",
    "UnetTranslatorConfig",
]
