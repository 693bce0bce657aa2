"""Settings of the games that end in a classifier, and of its networks."""

from dataclasses import dataclass
from typing import Annotated, Literal

import tyro

from zerosum.config.checks import (
    has_batch_norm,
    require,
    require_between,
    require_positive,
    require_virtual,
)
from zerosum.config.game import Augmentation, OptimizerConfig
from zerosum.config.networks import DcganGeneratorConfig, Norm

__all__ = [
    "AdversarialTrainingConfig",
    "ClassificationConfig",
    "ClassifierConfig",
    "ClassifyingConfig",
    "ConvClassifierConfig",
    "DeepClassifierConfig",
    "LenetClassifierConfig",
    "MlpClassifierConfig",
    "SemiSupervisedConfig",
    "SoftplusGeneratorConfig",
]


_GENERATOR_OPTIMIZER = OptimizerConfig()
_OPTIMIZER = OptimizerConfig(learning_rate=1e-3, betas=(0.9, 0.999))


@dataclass(frozen=True, kw_only=True)
class ConvClassifierConfig:
    """Small convolutional classifier.

    Example:
        >>> ConvClassifierConfig(norm="none").width
        32
    """

    kind: Literal["conv"] = "conv"
    width: int = 32
    """Channels of the first layer; doubled by each layer that follows."""
    max_width: int = 256
    """Upper limit of the channels."""
    norm: Norm = "batch"
    """Normalisation of every layer but the last."""
    dropout: float = 0.3
    """Share of the last map's numbers that are dropped while training."""

    def __post_init__(self) -> None:
        require_positive("width", self.width)
        require(
            self.max_width >= self.width,
            f"max_width must be at least width {self.width}, got {self.max_width}.",
        )
        require_between("dropout", self.dropout, 0.0, 0.99)


@dataclass(frozen=True, kw_only=True)
class MlpClassifierConfig:
    """Fully connected classifier with normalised weights and noise in every layer.

    Example:
        >>> MlpClassifierConfig(widths=(64, 32)).noise
        0.5
    """

    kind: Literal["mlp"] = "mlp"
    widths: tuple[int, ...] = (1000, 500, 250, 250, 250)
    """Units of the hidden layers, from the picture to the logits."""
    input_noise: float = 0.6
    """Standard deviation of the noise on pixels, which live in [-1, 1], while training."""
    noise: float = 0.5
    """Standard deviation of the noise on hidden units while training."""

    def __post_init__(self) -> None:
        require(len(self.widths) > 0, "widths must name at least one hidden layer.")
        for width in self.widths:
            require_positive("each of widths", width)
        for name in ("input_noise", "noise"):
            require(getattr(self, name) >= 0, f"{name} must not be negative.")


@dataclass(frozen=True, kw_only=True)
class DeepClassifierConfig:
    """Nine convolutions with normalised weights.

    Example:
        >>> DeepClassifierConfig(width=96).dropout
        0.5
    """

    kind: Literal["deep"] = "deep"
    width: int = 64
    """Channels of the first three layers; the others have twice as many."""
    input_dropout: float = 0.2
    """Part of the picture's values that is dropped while training."""
    dropout: float = 0.5
    """Part of the maps' values that is dropped after each halving while training."""

    def __post_init__(self) -> None:
        require_positive("width", self.width)
        require_between("input_dropout", self.input_dropout, 0.0, 0.99)
        require_between("dropout", self.dropout, 0.0, 0.99)


@dataclass(frozen=True, kw_only=True)
class SoftplusGeneratorConfig:
    """Fully connected generator with softplus and batch normalisation.

    Example:
        >>> SoftplusGeneratorConfig().widths
        (500, 500)
    """

    kind: Literal["softplus"] = "softplus"
    latent_size: int = 100
    """Numbers in a latent vector."""
    widths: tuple[int, ...] = (500, 500)
    """Units of the hidden layers, from the latent to the picture."""

    def __post_init__(self) -> None:
        require_positive("latent_size", self.latent_size)
        require(len(self.widths) > 0, "widths must name at least one hidden layer.")
        for width in self.widths:
            require_positive("each of widths", width)


@dataclass(frozen=True, kw_only=True)
class LenetClassifierConfig:
    """Two convolutions of kernel 5 with pooling, then fully connected layers.

    Example:
        >>> LenetClassifierConfig(widths=(64, 96)).units
        (100, 100)
        >>> LenetClassifierConfig(widths=())
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: widths must name at least one convolution.
    """

    kind: Literal["lenet"] = "lenet"
    widths: tuple[int, ...] = (32, 48)
    """Channels of the convolutions."""
    feature_units: tuple[int, ...] = ()
    """Units of fully connected layers that are part of the features, which a domain head sees."""
    units: tuple[int, ...] = (100, 100)
    """Units of the other fully connected layers."""
    norm: Norm = "none"
    """Normalisation of the convolutions."""
    dropout: float = 0.0
    """Share of the numbers that are dropped before each of units while training."""

    def __post_init__(self) -> None:
        require(bool(self.widths), "widths must name at least one convolution.")
        for number in (*self.widths, *self.feature_units, *self.units):
            require_positive("each of widths, feature_units and units", number)
        require_between("dropout", self.dropout, 0.0, 0.99)


ClassifierConfig = (
    ConvClassifierConfig | LenetClassifierConfig | MlpClassifierConfig | DeepClassifierConfig
)
"""Settings of any classifier."""


@dataclass(frozen=True, kw_only=True)
class ClassifyingConfig:
    """What all games that end in a classifier share.

    Example:
        >>> ClassifyingConfig(labels_per_class=10).held_out
        0.1
        >>> ClassifyingConfig(held_out=1.0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: held_out must be from 0.0 to 0.9, got 1.0.
    """

    classes: Annotated[tuple[str, ...], tyro.conf.Fixed, tyro.conf.Suppress] = ()
    """The classes' names by label; they are taken from the source when a run begins."""
    network: ClassifierConfig = ConvClassifierConfig()
    """The network that classifies."""
    optimizer: OptimizerConfig = _OPTIMIZER
    """How the classifier learns."""
    labels_per_class: Annotated[int | None, tyro.conf.arg(aliases=["--labels-per-class"])] = None
    """Use the labels of so many pictures of each class, chosen by the seed; None: of all."""
    held_out: float = 0.1
    """Share of each class that is kept for testing where the source has no split test."""
    augmentation: tuple[Augmentation, ...] = ()
    """Random changes of the pictures that are learnt from."""
    label_smoothing: float = 0.0
    """Part of the target that is spread evenly over all classes."""
    average_half_life: int | None = None
    """Images after which a past weight counts half in an averaged classifier; None: no average."""

    @property
    def kind(self) -> str:
        """Which game, in JSON; each has its own."""
        raise NotImplementedError

    def __post_init__(self) -> None:
        if self.labels_per_class is not None:
            require_positive("labels_per_class", self.labels_per_class)
        require_between("held_out", self.held_out, 0.0, 0.9)
        require_between("label_smoothing", self.label_smoothing, 0.0, 0.99)
        if self.average_half_life is not None:
            require_positive("average_half_life", self.average_half_life)


@dataclass(frozen=True, kw_only=True)
class AdversarialTrainingConfig:
    """Learning from pictures that were changed to mislead the classifier.

    Example:
        >>> AdversarialTrainingConfig(epsilon=0.1).steps
        1
        >>> AdversarialTrainingConfig(epsilon=8.0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: adversarial_training.epsilon must be from 0.0 to 1.0, got 8.0.
    """

    epsilon: Annotated[float, tyro.conf.arg(aliases=["--adversarial-training"])] = 0.0
    """Largest change of any pixel, where black is 0 and white is 1; 0: pictures stay clean."""
    steps: int = 1
    """Steps of the attack: 1 is fast, from a place chosen by chance (Wong et al. 2020); 7 to 40
    cost as many times more and make harder (Madry et al. 2018)."""
    share: float = 1.0
    """Part of each batch that is attacked."""

    def __post_init__(self) -> None:
        require_between("adversarial_training.epsilon", self.epsilon, 0.0, 1.0)
        require_positive("adversarial_training.steps", self.steps)
        require_between("adversarial_training.share", self.share, 0.0, 1.0)


_NO_ADVERSARIAL_TRAINING = AdversarialTrainingConfig()


@dataclass(frozen=True, kw_only=True)
class ClassificationConfig(ClassifyingConfig):
    """A classifier alone, which learns from labelled pictures.

    Example:
        >>> ClassificationConfig(label_smoothing=0.1).network.norm
        'batch'
    """

    kind: Literal["classification"] = "classification"
    adversarial_training: AdversarialTrainingConfig = _NO_ADVERSARIAL_TRAINING
    """Learning from attacked pictures, so that attacks mislead less often."""


@dataclass(frozen=True, kw_only=True)
class SemiSupervisedConfig(ClassifyingConfig):
    """A generator against a classifier, which learns from few labels and many pictures.

    Example:
        >>> SemiSupervisedConfig(labels_per_class=10, network=MlpClassifierConfig()).matching
        'squared'
    """

    kind: Literal["semi-supervised"] = "semi-supervised"
    generator: SoftplusGeneratorConfig | DcganGeneratorConfig = SoftplusGeneratorConfig()
    """The network that makes pictures."""
    generator_optimizer: OptimizerConfig = _GENERATOR_OPTIMIZER
    """How the generator learns."""
    latent: Literal["normal", "uniform"] = "uniform"
    """Distribution of the latents: N(0, 1) or U(-1, 1)."""
    unlabelled_weight: float = 1.0
    """What it costs not to tell real pictures from generated ones, beside the labels."""
    matching: Literal["squared", "absolute"] = "squared"
    """What the generator pays for other mean features than those of real pictures."""
    virtual_batch_norm: int = 0
    """Pictures in a reference batch by which the generator's batch normalisation goes, instead of
    by the batch that it draws; as many as a batch are usual. 0: ordinary batch normalisation."""

    @property
    def foreign(self) -> tuple[str, ...]:
        """Fields that are for other networks than these, which refuse them."""
        return () if has_batch_norm(self.generator) else ("virtual_batch_norm",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_virtual(self.virtual_batch_norm, self.generator)
        require(
            getattr(self.network, "norm", "none") != "batch",
            "batch normalisation would mix labelled, unlabelled and generated pictures; choose "
            "network.norm none, or a classifier with normalised weights.",
        )
        require(
            self.unlabelled_weight >= 0,
            f"unlabelled_weight must not be negative, got {self.unlabelled_weight}.",
        )
