"""Settings of the games that train a classifier."""

from dataclasses import dataclass
from typing import Annotated, Literal

import tyro

from zerosum.checks import require_between, require_positive
from zerosum.games.parts.settings import Augmentation, OptimizerConfig
from zerosum.networks.classifier_choices import ClassifierConfig
from zerosum.networks.classifier_settings import ConvClassifierConfig

__all__ = [
    "AdversarialTrainingConfig",
    "ClassificationConfig",
    "GameWithClassifierConfig",
]


_NETWORK = ConvClassifierConfig()
_OPTIMIZER = OptimizerConfig(learning_rate=1e-3, betas=(0.9, 0.999))


@dataclass(frozen=True, kw_only=True)
class GameWithClassifierConfig:
    """The settings that all games that train a classifier share.

    Example:
        >>> GameWithClassifierConfig(labels_per_class=10).held_out
        0.1
        >>> GameWithClassifierConfig(held_out=1.0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: held_out must be from 0.0 to 0.9, got 1.0.
    """

    classes: Annotated[tuple[str, ...], tyro.conf.Fixed, tyro.conf.Suppress] = ()
    """The classes' names by label; they are taken from the source when a run begins."""
    network: ClassifierConfig = _NETWORK
    """The network that classifies."""
    optimizer: OptimizerConfig = _OPTIMIZER
    """How the classifier learns."""
    labels_per_class: Annotated[int | None, tyro.conf.arg(aliases=["--labels-per-class"])] = None
    """Use the labels of so many images of each class, chosen by the seed; None: of all."""
    held_out: float = 0.1
    """Share of each class that is kept for testing where the source has no split test."""
    augmentation: tuple[Augmentation, ...] = ()
    """DiffAugment operations on the images that the classifier learns from."""
    label_smoothing: float = 0.0
    """Part of the target that is spread evenly over all classes."""
    ema_half_life: int | None = None
    """Half-life of the classifier's EMA in images; None: no EMA."""

    @property
    def kind(self) -> str:
        """Which game, in JSON; each has its own."""
        raise NotImplementedError

    def __post_init__(self) -> None:
        if self.labels_per_class is not None:
            require_positive("labels_per_class", self.labels_per_class)
        require_between("held_out", self.held_out, 0.0, 0.9)
        require_between("label_smoothing", self.label_smoothing, 0.0, 0.99)
        if self.ema_half_life is not None:
            require_positive("ema_half_life", self.ema_half_life)


@dataclass(frozen=True, kw_only=True)
class AdversarialTrainingConfig:
    """Adversarial training: learning from images that were changed to mislead the classifier.

    Example:
        >>> AdversarialTrainingConfig(epsilon=0.1).steps
        1
        >>> AdversarialTrainingConfig(epsilon=8.0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: adversarial_training.epsilon must be from 0.0 to 1.0, got 8.0.
    """

    epsilon: Annotated[float, tyro.conf.arg(aliases=["--adversarial-training"])] = 0.0
    """Largest change of any pixel, where black is 0 and white is 1; 0: no adversarial training."""
    steps: int = 1
    """Steps of the attack: 1 is fast, from a random start (Wong et al. 2020); 7 to 40 take as many
    times longer and make the classifier more robust (Madry et al. 2018)."""
    share: float = 1.0
    """Part of each batch that is attacked."""

    def __post_init__(self) -> None:
        require_between("adversarial_training.epsilon", self.epsilon, 0.0, 1.0)
        require_positive("adversarial_training.steps", self.steps)
        require_between("adversarial_training.share", self.share, 0.0, 1.0)


_NO_ADVERSARIAL_TRAINING = AdversarialTrainingConfig()


@dataclass(frozen=True, kw_only=True)
class ClassificationConfig(GameWithClassifierConfig):
    """A classifier alone, which learns from labelled images.

    Example:
        >>> ClassificationConfig(label_smoothing=0.1).network.norm
        'batch'
    """

    kind: Literal["classification"] = "classification"
    adversarial_training: AdversarialTrainingConfig = _NO_ADVERSARIAL_TRAINING
    """Learning from attacked images, so that attacks mislead less often."""
