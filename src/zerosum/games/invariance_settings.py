"""Settings of the games for domain-invariant features."""

from dataclasses import dataclass
from math import inf
from typing import Literal

from zerosum.checks import require, require_between, require_positive
from zerosum.games.classification_settings import GameWithClassifierConfig
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.networks.classifier_choices import ClassifierConfig
from zerosum.networks.classifier_settings import LenetClassifierConfig

__all__ = ["InvarianceConfig"]

_NETWORK = LenetClassifierConfig()
_SLOW = OptimizerConfig()
_OPTIMIZER = OptimizerConfig(method="sgd", learning_rate=0.01)


@dataclass(frozen=True, kw_only=True)
class InvarianceConfig(GameWithClassifierConfig):
    """A classifier that learns from a labelled source and is meant for an unlabelled target.

    Example:
        >>> InvarianceConfig(method="cdan", entropy_conditioning=True).weight
        1.0
        >>> InvarianceConfig(entropy_conditioning=True)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: entropy_conditioning belongs to the method cdan, got dann.
    """

    kind: Literal["invariance"] = "invariance"
    method: Literal["dann", "cdan", "adda"] = "dann"
    """``dann``: the domain head is given the features; ``cdan``: each feature times the
    probability of each class; ``adda``: first a classifier of the source learns, then an encoder
    for the target."""
    network: ClassifierConfig = _NETWORK
    """The network that classifies."""
    domain_widths: tuple[int, ...] = (100,)
    """Units of the hidden layers of the domain head."""
    weight: float = 1.0
    """Weight of the domain loss in the classifier's cost, once the ramp is over: λ. Each domain's
    mean has this weight; code that takes one mean over both has twice it. 0: learn from the source
    alone, which is the baseline."""
    ramp: int = 0
    """Images over which λ rises as 2 / (1 + exp(-10 p)) - 1, p being the part of them that is
    seen; 0: it is constant."""
    entropy_conditioning: bool = False
    """With cdan: images with certain predictions count more, in each domain by itself."""
    target_labels: bool = False
    """Learn from the target's labels too; the domain is then a nuisance variable, and there is
    nothing to adapt to."""
    pretraining: int = 0
    """With adda: images in which the classifier of the source learns, before it is frozen and the
    encoder of the target begins as its copy."""
    together: bool = True
    """Send both domains through the network as one batch, of which batch normalisation takes its
    statistics; else one after the other."""
    label_smoothing: float = 0.0
    """Part of the target that is spread evenly over all classes."""
    optimizer: OptimizerConfig = _OPTIMIZER
    """How the classifier learns."""
    domain_optimizer: OptimizerConfig = _OPTIMIZER
    """How the domain head learns."""
    target_optimizer: OptimizerConfig = _SLOW
    """With adda: how the encoder of the target learns."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 <= self.weight < inf, f"weight must be a number from 0, got {self.weight}.")
        for name in ("ramp", "pretraining"):
            value = getattr(self, name)
            require(value >= 0, f"{name} must not be negative, got {value}.")
        require_between("label_smoothing", self.label_smoothing, 0.0, 0.99)
        for width in self.domain_widths:
            require_positive("each of domain_widths", width)
        require(
            not self.entropy_conditioning or self.method == "cdan",
            f"entropy_conditioning belongs to the method cdan, got {self.method}.",
        )
        if self.method == "adda":
            self._check_adda()

    def _check_adda(self) -> None:
        require_positive("pretraining", self.pretraining)
        require(
            self.weight in (0.0, 1.0),
            "with adda the weight is 1, or 0 for the baseline that learns from the source alone; "
            f"got {self.weight}.",
        )
        require(
            not self.target_labels,
            "adda has nothing to learn from the target's labels; choose the method dann or cdan.",
        )
