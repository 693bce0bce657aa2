"""Settings of what any game of generator against discriminator may add: penalties and tricks."""

from dataclasses import dataclass
from math import inf
from typing import Literal

from zerosum.checks import require, require_between, require_positive
from zerosum.networks.settings import GeneratorSettings

__all__ = [
    "AdaptiveAugmentationConfig",
    "FeatureMatchingConfig",
    "InstanceNoiseConfig",
    "PathLengthConfig",
    "PenaltiesConfig",
    "PenaltyConfig",
    "require_virtual",
]


@dataclass(frozen=True, kw_only=True)
class PenaltyConfig:
    """How much a penalty weighs, and how often it is paid.

    Example:
        >>> lazy = PenaltyConfig(weight=5.0, every=16)
        >>> lazy.weight * lazy.every  # In the rounds that pay it.
        80.0
    """

    weight: float = 0.0
    """Factor before the mean penalty; 0: not paid at all."""
    every: int = 1
    """Paid every so many rounds, with as many times the weight."""

    def __post_init__(self) -> None:
        require(
            0 <= self.weight < inf,
            f"a penalty's weight must be a number from 0, got {self.weight}.",
        )
        require_positive("a penalty's every", self.every)


@dataclass(frozen=True, kw_only=True)
class PenaltiesConfig:
    """What the discriminator pays for steep slopes; the fields are names of penalties.

    Example:
        >>> penalties = PenaltiesConfig(gradient=PenaltyConfig(weight=10.0))
        >>> penalties.gradient.weight, penalties.r1.weight
        (10.0, 0.0)
    """

    gradient: PenaltyConfig = PenaltyConfig()
    """Slope 1 between real and fake pictures: WGAN-GP."""
    dragan: PenaltyConfig = PenaltyConfig()
    """Slope 1 around real pictures: DRAGAN."""
    r1: PenaltyConfig = PenaltyConfig()
    """Slope 0 at real pictures; the weight is γ/2."""
    r2: PenaltyConfig = PenaltyConfig()
    """Slope 0 at generated pictures; the weight is γ/2."""


@dataclass(frozen=True, kw_only=True)
class InstanceNoiseConfig:
    """Gaussian noise on all that the discriminator sees, fading out linearly.

    Example:
        >>> InstanceNoiseConfig(deviation=0.1, until=50_000).deviation
        0.1
        >>> InstanceNoiseConfig().deviation
        0.0
    """

    deviation: float = 0.0
    """Standard deviation at the start; pixels live in [-1, 1]. 0: no noise."""
    until: int = 500_000
    """Images after which there is none left."""

    def __post_init__(self) -> None:
        require(self.deviation >= 0, f"deviation must not be negative, got {self.deviation}.")
        require_positive("until", self.until)


@dataclass(frozen=True, kw_only=True)
class AdaptiveAugmentationConfig:
    """ADA: turning, scaling, moving and recolouring all that the discriminator sees, by chance.

    For few pictures, hundreds to thousands. The chance rises while the discriminator is too sure
    of the real pictures, and falls while it is not.

    Example:
        >>> fast, fixed = ({"images": 100_000}, {"probability": 0.2})
        >>> [AdaptiveAugmentationConfig(**each).is_wanted for each in (fast, fixed, {})]
        [True, True, False]
    """

    images: int = 0
    """Images in which the chance can go from 0 to 1, 500,000 in the paper; 0: it never changes."""
    probability: float = 0.0
    """Chance of each kind of change at the start; with both 0 there is no such augmentation."""
    target: float = 0.6
    """Overfitting, the mean sign of real pictures' logits, above which the chance rises."""
    every: int = 4
    """Rounds between two adjustments."""

    def __post_init__(self) -> None:
        name = "adaptive_augmentation"
        require(self.images >= 0, f"{name}.images must not be negative, got {self.images}.")
        require_between(f"{name}.probability", self.probability, 0.0, 1.0)
        require_between(f"{name}.target", self.target, -1.0, 1.0)
        require_positive(f"{name}.every", self.every)

    @property
    def is_wanted(self) -> bool:
        """Whether anything is ever to be changed."""
        return self.images > 0 or self.probability > 0


@dataclass(frozen=True, kw_only=True)
class PathLengthConfig:
    """What a generator with styles pays for pictures that move unevenly with their style.

    Example:
        >>> PathLengthConfig(weight=2.0).every
        4
    """

    weight: float = 0.0
    """Factor before the mean penalty, 2 in the paper; 0: not paid at all."""
    every: int = 4
    """Paid in every so many of the generator's turns, with as many times the weight."""

    def __post_init__(self) -> None:
        require(0 <= self.weight < inf, f"its weight must be a number from 0, got {self.weight}.")
        require_positive("path_length.every", self.every)


@dataclass(frozen=True, kw_only=True)
class FeatureMatchingConfig:
    """Let the generator match what the discriminator sees in real pictures, on average.

    Example:
        >>> FeatureMatchingConfig(weight=1.0).distance
        'squared'
        >>> FeatureMatchingConfig(alone=True)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: feature_matching.alone leaves the generator with nothing to ...
    """

    weight: float = 0.0
    """Factor before the distance of the mean features, which joins the generator's cost; 0: it
    does not."""
    distance: Literal["squared", "absolute"] = "squared"
    """How the means are compared, feature by feature."""
    alone: bool = False
    """Let the generator pay nothing else, as in the paper."""

    def __post_init__(self) -> None:
        name, weight = "feature_matching", self.weight
        require(0 <= weight < inf, f"{name}.weight must be a number from 0, got {weight}.")
        require(
            weight > 0 or not self.alone,
            f"{name}.alone leaves the generator with nothing to pay: set {name}.weight too.",
        )


def require_virtual(pictures: int, generator: GeneratorSettings) -> None:
    """Refuse virtual batch normalisation where there is no batch normalisation to be replaced.

    Example:
        >>> from zerosum.config import R3ganGeneratorConfig, ResnetGeneratorConfig
        >>> require_virtual(64, ResnetGeneratorConfig())
        >>> require_virtual(64, R3ganGeneratorConfig())
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: virtual_batch_norm takes the place of batch normalisation, ...
    """
    require(pictures >= 0, f"virtual_batch_norm must not be negative, got {pictures}.")
    require(
        pictures == 0 or generator.has_batch_norm,
        "virtual_batch_norm takes the place of batch normalisation, of which this generator, "
        f"of kind {generator.kind}, has none: choose dcgan with norm batch, resnet or, "
        "for few labels, softplus.",
    )
