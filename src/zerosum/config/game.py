"""Settings of the adversarial game, and what its kin share with it."""

from dataclasses import dataclass, field
from math import inf
from typing import Annotated, Literal

import tyro

from zerosum.checks import require, require_between, require_positive
from zerosum.config.networks import DiscriminatorConfig, GeneratorConfig
from zerosum.config.techniques import (
    AdaptiveAugmentationConfig,
    FeatureMatchingConfig,
    InstanceNoiseConfig,
    PathLengthConfig,
    PenaltiesConfig,
    require_virtual,
)
from zerosum.networks.minibatch_settings import MinibatchDiscriminationConfig

__all__ = [
    "AdversarialConfig",
    "Augmentation",
    "BurnInConfig",
    "ClassConfig",
    "GrowthConfig",
    "ObjectiveName",
    "OptimizerConfig",
]

Augmentation = Literal["colour", "translation", "cutout", "affine"]
ObjectiveName = Literal[
    "minimax", "non-saturating", "least-squares", "hinge", "wasserstein", "relativistic"
]


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
    historical_averaging: float = 0.0
    """What this player pays for the squared distance of its weights from the mean of all that it
    has had so far; against players who chase each other in circles. 0: nothing."""

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
    penalties: float = 1.0
    """Factor on the penalties' weights at the start."""
    half_life: float | None = None
    """Factor on the averaged generator's half-life at the start; None: as without a burn-in, it is
    at most a twentieth of the images seen."""
    augmentation: float = 1.0
    """Factor on the chance of adaptive_augmentation at the start."""

    def __post_init__(self) -> None:
        require(self.images >= 0, f"burn_in.images must not be negative, got {self.images}.")
        require_positive("burn_in.learning_rate", self.learning_rate)
        require(
            self.beta2 is None or 0.0 <= self.beta2 < 1.0,
            f"beta2 must be from 0 to below 1, got {self.beta2}.",
        )
        for name in ("penalties", "half_life"):
            value = getattr(self, name)
            require(
                value is None or 0 <= value < inf,
                f"burn_in.{name} must be a number from 0, got {value}.",
            )
        require_between("burn_in.augmentation", self.augmentation, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class GrowthConfig:
    """When networks that grow get their next size.

    Example:
        >>> GrowthConfig(hold=800_000, fade=800_000).is_wanted, GrowthConfig().is_wanted
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
            not self.batch_sizes or self.is_wanted,
            "growth.batch_sizes belong to sizes that fade in; set growth.hold or growth.fade.",
        )

    @property
    def is_wanted(self) -> bool:
        """Whether anything is to grow."""
        return self.hold + self.fade > 0


@dataclass(frozen=True, kw_only=True)
class ClassConfig:
    """A class of pictures.

    Example:
        >>> ClassConfig(name="cat", pictures=12_500).name
        'cat'
    """

    name: str
    """What it is called in the data."""
    pictures: int
    """How many there are in the data."""

    def __post_init__(self) -> None:
        require(self.pictures >= 0, f"pictures must not be negative, got {self.pictures}.")


@dataclass(frozen=True, kw_only=True)
class AdversarialConfig:
    """Generator against discriminator.

    Example:
        >>> from zerosum.config import DcganDiscriminatorConfig, DcganGeneratorConfig
        >>> from zerosum.config import PenaltyConfig
        >>> wgan_gp = AdversarialConfig(
        ...     generator=DcganGeneratorConfig(),
        ...     discriminator=DcganDiscriminatorConfig(norm="layer"),
        ...     objective="wasserstein",
        ...     penalties=PenaltiesConfig(gradient=PenaltyConfig(weight=10.0)),
        ...     critic_turns=5,
        ... )
        >>> wgan_gp.latent, wgan_gp.average_half_life
        ('normal', None)
    """

    generator: GeneratorConfig
    """The network that makes pictures."""
    discriminator: DiscriminatorConfig
    """The network that judges them."""
    kind: Literal["adversarial"] = "adversarial"
    objective: ObjectiveName = "non-saturating"
    """The two players' costs."""
    real_label: float = 1.0
    """Target for real pictures; below 1 is one-sided label smoothing."""
    penalties: PenaltiesConfig = field(default_factory=PenaltiesConfig)
    """What the discriminator pays besides."""
    latent: Literal["normal", "uniform"] = "normal"
    """Distribution of the latents: N(0, 1) or U(-1, 1)."""
    critic_turns: int = 1
    """Turns of the discriminator for one of the generator."""
    generator_batch: int = 1
    """Pictures that the generator draws at its turn for each real one of the round."""
    dequantise: bool = False
    """Add noise to real pictures that fills the gaps between their 256 levels, by which a
    discriminator could tell them."""
    generator_optimizer: OptimizerConfig = OptimizerConfig()
    """How the generator learns."""
    discriminator_optimizer: OptimizerConfig = OptimizerConfig()
    """How the discriminator learns."""
    average_half_life: int | None = None
    """Images after which a past weight counts half in the averaged generator; None: no average."""
    burn_in: BurnInConfig = BurnInConfig()
    """What learning rates, betas, penalties, half-life and augmentation start from."""
    augmentation: tuple[Augmentation, ...] = ()
    """DiffAugment operations on all that the discriminator sees."""
    adaptive_augmentation: AdaptiveAugmentationConfig = field(
        default_factory=AdaptiveAugmentationConfig
    )
    """ADA on all that the discriminator sees."""
    instance_noise: InstanceNoiseConfig = field(default_factory=InstanceNoiseConfig)
    """Noise on all that the discriminator sees."""
    minibatch_discrimination: MinibatchDiscriminationConfig = field(
        default_factory=MinibatchDiscriminationConfig
    )
    """Comparing pictures within a batch, so that pictures that are all alike are found out."""
    feature_matching: FeatureMatchingConfig = field(default_factory=FeatureMatchingConfig)
    """What the generator pays for other mean features than those of real pictures."""
    virtual_batch_norm: int = 0
    """Pictures in a reference batch by which the generator's batch normalisation goes, instead of
    by the batch that it draws, so that no picture depends on another one; as many as a batch are
    usual, and are drawn each time besides. 0: ordinary batch normalisation."""
    growth: GrowthConfig = GrowthConfig()
    """When growing networks get their next size."""
    path_length: PathLengthConfig = field(default_factory=PathLengthConfig)
    """StyleGAN2's penalty on the generator."""
    conditional: Literal["none", "projection"] = "none"
    """``projection``: both players know the classes of the pictures, which need labels; the
    generator is given them beside the latent, the discriminator projects on them."""
    class_size: int = 64
    """Numbers that stand for a class beside the latent, in a conditional game; with more of them
    classes are told apart sooner, and pictures of one class differ later."""
    classes: Annotated[tuple[ClassConfig, ...], tyro.conf.Fixed, tyro.conf.Suppress] = ()
    """The classes, in a conditional game; read from the data when a run begins."""

    @property
    def foreign(self) -> tuple[str, ...]:
        """Fields that are for other networks than these, which refuse them."""
        wanted = {
            "growth": self.generator.grows,
            "path_length": self.generator.is_styled,
            "virtual_batch_norm": self.generator.has_batch_norm,
        }
        return tuple(name for name, is_wanted in wanted.items() if not is_wanted)

    def __post_init__(self) -> None:
        self._check_networks()
        require_positive("class_size", self.class_size)
        require(
            0.5 < self.real_label <= 1.0,
            f"real_label must be above 0.5 and at most 1, got {self.real_label}.",
        )
        smoothed = ("minimax", "non-saturating", "least-squares")
        require(
            self.real_label == 1.0 or self.objective in smoothed,
            f"real_label {self.real_label} has no meaning for the {self.objective} objective, "
            f"which has no labels; it goes with {', '.join(smoothed)}.",
        )
        require_positive("critic_turns", self.critic_turns)
        require_positive("generator_batch", self.generator_batch)
        self._check_gradient_penalty()
        if self.average_half_life is not None:
            require_positive("average_half_life", self.average_half_life)

    def _check_gradient_penalty(self) -> None:
        alone = self.penalties.gradient.weight == 0
        explanation = "the gradient penalty is defined for one picture at a time, but"
        require(
            alone or not self.discriminator.has_batch_norm,
            f"{explanation} batch normalisation in the discriminator mixes them; choose norm "
            "layer or none for the discriminator.",
        )
        require(
            alone or self.minibatch_discrimination.kernels == 0,
            f"{explanation} minibatch discrimination compares them with each other; set "
            "minibatch_discrimination.kernels or penalties.gradient.weight to 0.",
        )

    def _check_networks(self) -> None:
        generator = self.generator
        require(
            generator.grows == self.discriminator.grows,
            "generator and discriminator grow together: kind progan for both, or for neither.",
        )
        require(
            generator.grows or not self.growth.is_wanted,
            f"growth is for networks of kind progan; the generator is {generator.kind}.",
        )
        require_virtual(self.virtual_batch_norm, generator)
        require(
            generator.is_styled or self.path_length.weight == 0,
            f"path_length is for generators of kind style; this one is {generator.kind}.",
        )
        require(
            self.latent == "normal" or not generator.draws_latents,
            "the styles that are mixed in are of normal latents: choose latent normal, or "
            "generator.mixing 0.",
        )
