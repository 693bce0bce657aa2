"""A run as plain values that cannot hold nonsense, and their way to objects and to JSON."""

from zerosum.config.evaluation import METRICS, EvaluateConfig
from zerosum.config.game import (
    AdversarialConfig,
    Augmentation,
    InstanceNoiseConfig,
    OptimizerConfig,
    PenaltiesConfig,
    PenaltyConfig,
)
from zerosum.config.json import change, differences, from_json, to_json
from zerosum.config.networks import (
    DcganDiscriminatorConfig,
    DcganGeneratorConfig,
    MlpDiscriminatorConfig,
    MlpGeneratorConfig,
    ResnetDiscriminatorConfig,
    ResnetGeneratorConfig,
)
from zerosum.config.run import PicturesConfig, RunConfig

__all__ = [
    "METRICS",
    "AdversarialConfig",
    "Augmentation",
    "DcganDiscriminatorConfig",
    "DcganGeneratorConfig",
    "EvaluateConfig",
    "InstanceNoiseConfig",
    "MlpDiscriminatorConfig",
    "MlpGeneratorConfig",
    "OptimizerConfig",
    "PenaltiesConfig",
    "PenaltyConfig",
    "PicturesConfig",
    "ResnetDiscriminatorConfig",
    "ResnetGeneratorConfig",
    "RunConfig",
    "change",
    "differences",
    "from_json",
    "to_json",
]
