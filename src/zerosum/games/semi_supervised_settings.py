"""Settings of the semi-supervised game."""

from dataclasses import dataclass
from typing import Literal

from zerosum.checks import require
from zerosum.games.classification_settings import GameWithClassifierConfig
from zerosum.games.parts.settings import OptimizerConfig, require_virtual
from zerosum.networks.classifier_choices import SemiSupervisedGeneratorConfig
from zerosum.networks.semi_supervised_settings import SoftplusGeneratorConfig

__all__ = ["SemiSupervisedConfig"]

_GENERATOR = SoftplusGeneratorConfig()
_GENERATOR_OPTIMIZER = OptimizerConfig()


@dataclass(frozen=True, kw_only=True)
class SemiSupervisedConfig(GameWithClassifierConfig):
    """A generator against a classifier, which learns from few labels and many images.

    Example:
        >>> from zerosum.config import MlpClassifierConfig
        >>> SemiSupervisedConfig(labels_per_class=10, network=MlpClassifierConfig()).matching
        'squared'
    """

    kind: Literal["semi-supervised"] = "semi-supervised"
    generator: SemiSupervisedGeneratorConfig = _GENERATOR
    """The network that generates images."""
    generator_optimizer: OptimizerConfig = _GENERATOR_OPTIMIZER
    """How the generator learns."""
    latent: Literal["normal", "uniform"] = "uniform"
    """Distribution of the latents: N(0, 1) or U(-1, 1)."""
    unlabelled_weight: float = 1.0
    """Weight of the discriminator's adversarial loss, beside the loss of the labels."""
    matching: Literal["squared", "absolute"] = "squared"
    """The generator's loss: the distance of mean features from those of real images."""
    virtual_batch_norm: int = 0
    """Images in a reference batch from which the generator's batch normalisation takes its
    statistics; a batch size is usual. 0: ordinary batch normalisation."""

    @property
    def foreign(self) -> tuple[str, ...]:
        """Fields that are for other networks than these, which refuse them."""
        return () if self.generator.has_batch_norm else ("virtual_batch_norm",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_virtual(self.virtual_batch_norm, self.generator)
        require(
            not self.network.has_batch_norm,
            "batch normalisation would mix labelled, unlabelled and generated pictures; choose "
            "network.norm none, or a classifier with normalised weights.",
        )
        require(
            self.unlabelled_weight >= 0,
            f"unlabelled_weight must not be negative, got {self.unlabelled_weight}.",
        )
