"""A run as plain values that cannot hold nonsense, and their way to objects and to JSON."""

from zerosum.config.classification import (
    ClassificationConfig,
    ClassifyingConfig,
    ConvClassifierConfig,
    LenetClassifierConfig,
)
from zerosum.config.evaluation import METRICS, EvaluateConfig
from zerosum.config.game import (
    AdversarialConfig,
    Augmentation,
    BurnInConfig,
    GrowthConfig,
    InstanceNoiseConfig,
    OptimizerConfig,
    PathLengthConfig,
    PenaltiesConfig,
    PenaltyConfig,
)
from zerosum.config.invariance import InvarianceConfig
from zerosum.config.json import change, differences, from_json, to_json
from zerosum.config.networks import (
    DcganDiscriminatorConfig,
    DcganGeneratorConfig,
    MlpDiscriminatorConfig,
    MlpGeneratorConfig,
    PatchDiscriminatorConfig,
    R3ganDiscriminatorConfig,
    R3ganGeneratorConfig,
    ResnetDiscriminatorConfig,
    ResnetGeneratorConfig,
    ResnetTranslatorConfig,
    UnetTranslatorConfig,
)
from zerosum.config.run import GameConfig, PicturesConfig, RunConfig
from zerosum.config.style import (
    ProganDiscriminatorConfig,
    ProganGeneratorConfig,
    StyleDiscriminatorConfig,
    StyleGeneratorConfig,
)
from zerosum.config.translation import (
    CartoonConfig,
    ContrastiveConfig,
    CycleConfig,
    PairedConfig,
    TranslationConfig,
)

__all__ = [
    "METRICS",
    "AdversarialConfig",
    "Augmentation",
    "BurnInConfig",
    "CartoonConfig",
    "ClassificationConfig",
    "ClassifyingConfig",
    "ContrastiveConfig",
    "ConvClassifierConfig",
    "CycleConfig",
    "DcganDiscriminatorConfig",
    "DcganGeneratorConfig",
    "EvaluateConfig",
    "GameConfig",
    "GrowthConfig",
    "InstanceNoiseConfig",
    "InvarianceConfig",
    "LenetClassifierConfig",
    "MlpDiscriminatorConfig",
    "MlpGeneratorConfig",
    "OptimizerConfig",
    "PairedConfig",
    "PatchDiscriminatorConfig",
    "PathLengthConfig",
    "PenaltiesConfig",
    "PenaltyConfig",
    "PicturesConfig",
    "ProganDiscriminatorConfig",
    "ProganGeneratorConfig",
    "R3ganDiscriminatorConfig",
    "R3ganGeneratorConfig",
    "ResnetDiscriminatorConfig",
    "ResnetGeneratorConfig",
    "ResnetTranslatorConfig",
    "RunConfig",
    "StyleDiscriminatorConfig",
    "StyleGeneratorConfig",
    "TranslationConfig",
    "UnetTranslatorConfig",
    "change",
    "differences",
    "from_json",
    "to_json",
]
