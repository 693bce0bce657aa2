"""Settings of the parts of games: optimizers, penalties, regularisers and augmentation."""

from dataclasses import dataclass
from math import inf
from typing import Annotated, Literal, get_args

import tyro

from zerosum.checks import require, require_between, require_positive
from zerosum.games.parts.schedules import Schedule
from zerosum.networks.settings import GeneratorSettings
from zerosum.own import OwnObjectiveConfig

__all__ = [
    "AdaptiveAugmentationConfig",
    "Augmentation",
    "BurnInConfig",
    "FeatureMatchingConfig",
    "GrowthConfig",
    "InstanceNoiseConfig",
    "ObjectiveConfig",
    "ObjectiveName",
    "OptimizerConfig",
    "PathLengthConfig",
    "PenaltiesConfig",
    "PenaltyConfig",
    "require_virtual",
]

Augmentation = Literal["colour", "translation", "cutout", "affine"]
ObjectiveName = Literal[
    "minimax", "non-saturating", "least-squares", "hinge", "wasserstein", "relativistic"
]
ObjectiveConfig = Annotated[
    ObjectiveName | OwnObjectiveConfig,
    # On the command line it is a name; what names one of your own is read before, by `cli.own`.
    tyro.constructors.PrimitiveConstructorSpec[ObjectiveName | OwnObjectiveConfig](
        nargs=1,
        metavar="NAME",
        instance_from_str=lambda words: words[0],
        is_instance=lambda value: isinstance(value, str | OwnObjectiveConfig),
        str_from_instance=lambda value: [str(value)],
        choices=get_args(ObjectiveName),
    ),
]
"""An objective by name, or one of your own."""


@dataclass(frozen=True, kw_only=True)
class OptimizerConfig:
    """How one player learns: Adam, or gradient descent with momentum.

    Example:
        >>> OptimizerConfig(method="sgd", learning_rate=0.01, annealing=100_000).momentum
        0.9
        >>> OptimizerConfig(learning_rate=1e-3, decay=(50_000, 100_000)).betas
        (0.5, 0.999)
        >>> OptimizerConfig(decay=(100_000, 50_000))
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: decay must be two rising image counts, got (100000, 50000).
    """

    method: Literal["adam", "sgd"] = "adam"
    """``sgd``: stochastic gradient descent with momentum."""
    learning_rate: float = 2e-4
    """Step size."""
    betas: tuple[float, float] = (0.5, 0.999)
    """Adam's decay of the running means of the gradient and of its square."""
    epsilon: float = 1e-8
    """What Adam adds to the root of the mean square; gradients far below it make small steps."""
    momentum: float = 0.9
    """Decay of the velocity of sgd."""
    weight_decay: float = 0.0
    """What is added to the gradient of each weight, per unit of the weight; 0: nothing."""
    decay: tuple[int, int] | None = None
    """Images between which the learning rate falls linearly to zero."""
    annealing: int | None = None
    """Images over which the learning rate falls as 1 / (1 + 10 p)^0.75, p being the part of them
    that is seen; None: it does not."""
    halving: int | None = None
    """Images in which the learning rate falls to its half, and again and again; None: it does
    not."""
    historical_averaging: float = 0.0
    """Weight of the squared distance of this player's weights from the mean of those that it has
    had so far, in its cost; against players who chase each other in circles. 0: no such term."""

    def __post_init__(self) -> None:
        require_positive("learning_rate", self.learning_rate)
        require_positive("epsilon", self.epsilon)
        require(
            0 <= self.historical_averaging < inf,
            f"historical_averaging must be a number from 0, got {self.historical_averaging}.",
        )
        for beta in self.betas:
            require(0.0 <= beta < 1.0, f"betas must be from 0 to below 1, got {self.betas}.")
        require(
            0 <= self.weight_decay < inf,
            f"weight_decay must be a number from 0, got {self.weight_decay}.",
        )
        require(
            0.0 <= self.momentum < 1.0,
            f"momentum must be from 0 to below 1, got {self.momentum}.",
        )
        if self.annealing is not None:
            require_positive("annealing", self.annealing)
        if self.halving is not None:
            require_positive("halving", self.halving)
        if self.decay is not None:
            start, end = self.decay
            require(0 <= start < end, f"decay must be two rising image counts, got {self.decay}.")


@dataclass(frozen=True, kw_only=True)
class BurnInConfig:
    """How a run begins otherwise than it goes on, as R3GAN's do.

    The settings elsewhere are those that hold once the burn-in is over; these are what it starts
    from. In between, all of them change together.

    Paper:
        Huang et al. 2024, appendix on training details, https://arxiv.org/abs/2501.05441

    Example:
        >>> BurnInConfig(images=20_000_000, learning_rate=4.0, penalties=10.0, beta2=0.9).shape
        'cosine'
        >>> BurnInConfig(images=1000, beta2=1.0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: beta2 must be from 0 to below 1, got 1.0.
    """

    images: int = 0
    """Images that it lasts; 0: there is none."""
    shape: Literal["cosine", "linear"] = "cosine"
    """How the settings change: slowly at both ends, or evenly."""
    learning_rate: float = 1.0
    """Factor on both learning rates at the start."""
    beta2: float | None = None
    """Second of both optimizers' betas at the start; None: the same as later."""
    momentum: float | None = None
    """Momentum of sgd at the start; None: the same as later."""
    penalties: float = 1.0
    """Factor on the penalties' weights at the start."""
    half_life: float | None = None
    """Factor on the half-life of the generator's EMA at the start; None: as without a burn-in, it
    is at most a twentieth of the images seen."""
    augmentation: float = 1.0
    """Factor on the probability of adaptive_augmentation at the start."""

    def __post_init__(self) -> None:
        require(self.images >= 0, f"burn_in.images must not be negative, got {self.images}.")
        require_positive("burn_in.learning_rate", self.learning_rate)
        for name in ("beta2", "momentum"):
            value = getattr(self, name)
            require(
                value is None or 0.0 <= value < 1.0,
                f"{name} must be from 0 to below 1, got {value}.",
            )
        for name in ("penalties", "half_life"):
            value = getattr(self, name)
            require(
                value is None or 0 <= value < inf,
                f"burn_in.{name} must be a number from 0, got {value}.",
            )
        require_between("burn_in.augmentation", self.augmentation, 0.0, 1.0)

    def schedule(self, start: float, end: float = 1.0) -> Schedule:
        """A number that changes meanwhile: a factor, unless it ends elsewhere than at 1.

        Example:
            >>> BurnInConfig(images=100).schedule(4.0).at(50)
            2.5
        """
        return Schedule(start=start, end=end, until=self.images, shape=self.shape)


@dataclass(frozen=True, kw_only=True)
class GrowthConfig:
    """When networks that grow get their next size.

    Example:
        >>> GrowthConfig(hold=800_000, fade=800_000).is_enabled, GrowthConfig().is_enabled
        (True, False)
    """

    hold: int = 0
    """Images for which a size is held before the next one fades in."""
    fade: int = 0
    """Images in which a size fades in. With both 0 networks are fully grown from the start."""
    batch_sizes: tuple[int, ...] = ()
    """Real images in a round while the smallest size is the largest in use, the next one, and so
    on; for all further sizes the run's batch_size."""

    def __post_init__(self) -> None:
        for name in ("hold", "fade"):
            value = getattr(self, name)
            require(value >= 0, f"growth.{name} must not be negative, got {value}.")
        for size in self.batch_sizes:
            require_positive("each of growth.batch_sizes", size)
        require(
            not self.batch_sizes or self.is_enabled,
            "growth.batch_sizes belong to sizes that fade in; set growth.hold or growth.fade.",
        )

    @property
    def is_enabled(self) -> bool:
        """Whether anything is to grow."""
        return self.hold + self.fade > 0


@dataclass(frozen=True, kw_only=True)
class PenaltyConfig:
    """The weight of a penalty, and how often it is added to the cost.

    Example:
        >>> lazy = PenaltyConfig(weight=5.0, every=16)
        >>> lazy.weight * lazy.every  # In the rounds that include it.
        80.0
    """

    weight: float = 0.0
    """Factor before the mean penalty; 0: there is none."""
    every: int = 1
    """Added every so many rounds, with as many times the weight."""

    def __post_init__(self) -> None:
        require(
            0 <= self.weight < inf,
            f"a penalty's weight must be a number from 0, got {self.weight}.",
        )
        require_positive("a penalty's every", self.every)


@dataclass(frozen=True, kw_only=True)
class PenaltiesConfig:
    """Penalties on the discriminator's gradient by its images; the fields are their names.

    Example:
        >>> penalties = PenaltiesConfig(gradient=PenaltyConfig(weight=10.0))
        >>> penalties.gradient.weight, penalties.r1.weight
        (10.0, 0.0)
    """

    gradient: PenaltyConfig = PenaltyConfig()
    """Norm 1 between real and generated images: WGAN-GP."""
    dragan: PenaltyConfig = PenaltyConfig()
    """Norm 1 around real images: DRAGAN."""
    r1: PenaltyConfig = PenaltyConfig()
    """Norm 0 at real images; the weight is γ/2."""
    r2: PenaltyConfig = PenaltyConfig()
    """Norm 0 at generated images; the weight is γ/2."""


@dataclass(frozen=True, kw_only=True)
class InstanceNoiseConfig:
    """Gaussian noise on all images that the discriminator is given, fading out linearly.

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
    """ADA: random rotation, scaling, translation and colours of the discriminator's images.

    For few images, hundreds to thousands. The probability rises while the discriminator overfits
    the real images, and falls while it does not.

    Example:
        >>> fast, fixed = ({"images": 100_000}, {"probability": 0.2})
        >>> [AdaptiveAugmentationConfig(**each).is_enabled for each in (fast, fixed, {})]
        [True, True, False]
    """

    images: int = 0
    """Images in which the probability can go from 0 to 1, 500,000 in the paper; 0: constant."""
    probability: float = 0.0
    """Probability of each kind of change at the start; with both 0 there is no ADA."""
    target: float = 0.6
    """Overfitting, the mean sign of real images' logits, above which the probability rises."""
    every: int = 4
    """Rounds between two adjustments."""

    def __post_init__(self) -> None:
        name = "adaptive_augmentation"
        require(self.images >= 0, f"{name}.images must not be negative, got {self.images}.")
        require_between(f"{name}.probability", self.probability, 0.0, 1.0)
        require_between(f"{name}.target", self.target, -1.0, 1.0)
        require_positive(f"{name}.every", self.every)

    @property
    def is_enabled(self) -> bool:
        """Whether anything is ever to be changed."""
        return self.images > 0 or self.probability > 0


@dataclass(frozen=True, kw_only=True)
class PathLengthConfig:
    """Path length regularisation: images are to change evenly with their style.

    Example:
        >>> PathLengthConfig(weight=2.0).every
        4
    """

    weight: float = 0.0
    """Factor before the mean penalty, 2 in the paper; 0: there is none."""
    every: int = 4
    """Added in every so many of the generator's turns, with as many times the weight."""

    def __post_init__(self) -> None:
        require(0 <= self.weight < inf, f"its weight must be a number from 0, got {self.weight}.")
        require_positive("path_length.every", self.every)


@dataclass(frozen=True, kw_only=True)
class FeatureMatchingConfig:
    """Let the generator's images have the discriminator's mean features of real ones.

    Example:
        >>> FeatureMatchingConfig(weight=1.0).distance
        'squared'
        >>> FeatureMatchingConfig(alone=True)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: feature_matching.alone leaves the generator without a cost: ...
    """

    weight: float = 0.0
    """Factor before the distance of the mean features, in the generator's cost; 0: there is no
    such term."""
    distance: Literal["squared", "absolute"] = "squared"
    """The distance of the means, feature by feature."""
    alone: bool = False
    """Leave out the generator's adversarial loss, as in the paper."""

    def __post_init__(self) -> None:
        name, weight = "feature_matching", self.weight
        require(0 <= weight < inf, f"{name}.weight must be a number from 0, got {weight}.")
        require(
            weight > 0 or not self.alone,
            f"{name}.alone leaves the generator without a cost: set {name}.weight too.",
        )


def require_virtual(images: int, generator: GeneratorSettings) -> None:
    """Refuse virtual batch normalisation where there is no batch normalisation to be replaced.

    Example:
        >>> from zerosum.config import R3ganGeneratorConfig, ResnetGeneratorConfig
        >>> require_virtual(64, ResnetGeneratorConfig())
        >>> require_virtual(64, R3ganGeneratorConfig())
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: virtual_batch_norm takes the place of batch normalisation, ...
    """
    require(images >= 0, f"virtual_batch_norm must not be negative, got {images}.")
    require(
        images == 0 or generator.has_batch_norm,
        "virtual_batch_norm takes the place of batch normalisation, of which this generator, "
        f"of kind {generator.kind}, has none: choose dcgan with norm batch, resnet or, "
        "for few labels, softplus.",
    )
