"""Settings of generator against discriminator."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import tyro

from zerosum.checks import require, require_positive
from zerosum.games.parts.settings import (
    AdaptiveAugmentationConfig,
    Augmentation,
    BurnInConfig,
    FeatureMatchingConfig,
    GrowthConfig,
    InstanceNoiseConfig,
    ObjectiveConfig,
    OptimizerConfig,
    PathLengthConfig,
    PenaltiesConfig,
    require_virtual,
)
from zerosum.networks.choices import DiscriminatorConfig, GeneratorConfig
from zerosum.networks.minibatch_settings import MinibatchDiscriminationConfig

__all__ = ["AdversarialConfig", "ClassConfig"]


@dataclass(frozen=True, kw_only=True)
class ClassConfig:
    """A class of images.

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
        >>> wgan_gp.latent, wgan_gp.ema_half_life
        ('normal', None)
    """

    generator: GeneratorConfig
    """The network that generates images."""
    discriminator: DiscriminatorConfig
    """The network that tells real images from generated ones."""
    kind: Literal["adversarial"] = "adversarial"
    objective: ObjectiveConfig = "non-saturating"
    """The two players' losses; ``FILE.py:NAME KEY=VALUE ...``: what NAME in your file returns."""
    real_label: float = 1.0
    """Target for real images; below 1 is one-sided label smoothing."""
    penalties: PenaltiesConfig = field(default_factory=PenaltiesConfig)
    """Penalties in the discriminator's cost, beside its loss."""
    latent: Literal["normal", "uniform"] = "normal"
    """Distribution of the latents: N(0, 1) or U(-1, 1)."""
    critic_turns: int = 1
    """Turns of the discriminator before the generator moves."""
    generator_turns: int = 1
    """Turns of the generator before the discriminator moves again, each with its own latents."""
    generator_batch: int = 1
    """Images that the generator generates at its turn for each real one of the round."""
    dequantise: bool = False
    """Add noise to real images that fills the gaps between their 256 levels, by which a
    discriminator could recognise them."""
    generator_optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    """How the generator learns."""
    discriminator_optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    """How the discriminator learns."""
    ema_half_life: int | None = None
    """Half-life of the generator's EMA in images; None: no EMA."""
    burn_in: BurnInConfig = field(default_factory=BurnInConfig)
    """What learning rates, betas, penalties, half-life and augmentation start from."""
    augmentation: tuple[Augmentation, ...] = ()
    """DiffAugment operations on all images that the discriminator is given."""
    adaptive_augmentation: AdaptiveAugmentationConfig = field(
        default_factory=AdaptiveAugmentationConfig
    )
    """ADA on all images that the discriminator is given."""
    instance_noise: InstanceNoiseConfig = field(default_factory=InstanceNoiseConfig)
    """Noise on all images that the discriminator is given."""
    minibatch_discrimination: MinibatchDiscriminationConfig = field(
        default_factory=MinibatchDiscriminationConfig
    )
    """Features of differences within a batch, by which the discriminator notices mode collapse."""
    feature_matching: FeatureMatchingConfig = field(default_factory=FeatureMatchingConfig)
    """A term of the generator's cost: the distance of mean features from those of real images."""
    virtual_batch_norm: int = 0
    """Images in a reference batch from which the generator's batch normalisation takes its
    statistics, so that no image depends on others of its batch; a batch size is usual, and as many
    are generated besides each time. 0: ordinary batch normalisation."""
    growth: GrowthConfig = field(default_factory=GrowthConfig)
    """When growing networks get their next size."""
    path_length: PathLengthConfig = field(default_factory=PathLengthConfig)
    """StyleGAN2's penalty on the generator."""
    conditional: Literal["none", "projection"] = "none"
    """``projection``: both players know the classes of the images, which need labels; the
    generator is given them beside the latent, the discriminator projects on them."""
    class_size: int = 64
    """Size of the embedding of a class beside the latent, in a conditional game; with a larger one
    classes differ sooner, and images within a class later."""
    classes: Annotated[tuple[ClassConfig, ...], tyro.conf.Fixed, tyro.conf.Suppress] = ()
    """The classes, in a conditional game; read from the data when a run begins."""

    @property
    def foreign(self) -> tuple[str, ...]:
        """Fields that are for other networks than these, which refuse them."""
        fits = {
            "growth": self.generator.grows,
            "path_length": self.generator.is_styled,
            "virtual_batch_norm": self.generator.has_batch_norm,
        }
        return tuple(name for name, is_fitting in fits.items() if not is_fitting)

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
        require_positive("generator_turns", self.generator_turns)
        require_positive("generator_batch", self.generator_batch)
        self._check_gradient_penalty()
        if self.ema_half_life is not None:
            require_positive("ema_half_life", self.ema_half_life)

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
            generator.grows or not self.growth.is_enabled,
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
