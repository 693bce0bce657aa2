"""Settings of the game in which a generator learns to mislead a classifier."""

from dataclasses import dataclass
from math import inf
from typing import Annotated, Literal

import tyro

from zerosum.checks import require, require_between, require_positive
from zerosum.games.parts.settings import ObjectiveConfig, OptimizerConfig
from zerosum.networks.choices import DiscriminatorConfig
from zerosum.networks.dcgan_settings import DcganDiscriminatorConfig
from zerosum.networks.translator_choices import TranslatorConfig
from zerosum.networks.translator_settings import ResnetTranslatorConfig

__all__ = ["PerturbationConfig"]

_GENERATOR = ResnetTranslatorConfig(base_channels=8, blocks=4)
_DISCRIMINATOR = DcganDiscriminatorConfig(base_channels=8, norm="instance")
_OPTIMIZER = OptimizerConfig(learning_rate=1e-3)


@dataclass(frozen=True, kw_only=True)
class PerturbationConfig:
    """A generator changes images so that a trained classifier, the victim, is misled.

    Example:
        >>> PerturbationConfig(victim="runs/classifier", epsilon=8 / 255).universal
        False
        >>> PerturbationConfig(epsilon=8)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: epsilon is in units of [0, 1], so above 0 and at most 1, ...
    """

    kind: Literal["perturbation"] = "perturbation"
    victim: Annotated[str, tyro.conf.arg(aliases=["--victim"])] = "digits"
    """Classifier that is to be misled: a run folder, ``torchvision:NAME``, ``efficientnet-lite0``,
    ``digits``, or ``path/to/model.py:factory``. Its weights must stay as they are."""
    victim_weights: Annotated[str, tyro.conf.Fixed, tyro.conf.Suppress] = ""
    """Hash of the victim's weights when the run began."""
    epsilon: Annotated[float, tyro.conf.arg(aliases=["--epsilon"])] = 0.1
    """Largest change of any pixel, where black is 0 and white is 1; 0.031 is 8 of 255 levels."""
    universal: Annotated[bool, tyro.conf.arg(aliases=["--universal"])] = False
    """Learn one change for all images, which does not depend on them."""
    targeted: int | None = None
    """Number of the class that the victim is to predict; None: any but its prediction."""
    misleading: Literal["margin", "cross-entropy"] = "margin"
    """The loss of an image that does not mislead. ``margin``: how far the victim's logits are from
    the goal; ``cross-entropy``: minus the logarithm of the goal's probability."""
    confidence: float = 1.0
    """With margin: by how much the goal's logit must lead for the loss to be 0."""
    generator: TranslatorConfig = _GENERATOR
    """The network that computes changes."""
    discriminator: DiscriminatorConfig = _DISCRIMINATOR
    """The network that tells changed images from clean ones."""
    objective: ObjectiveConfig = "least-squares"
    """The adversarial losses of both; ``FILE.py:NAME KEY=VALUE ...``: what NAME in your file
    returns."""
    discriminator_weight: float = 0.1
    """Weight of the generator's adversarial loss; 0: there is no discriminator."""
    size_weight: float = 0.0
    """Weight of the excess of a change's length over size; 0: epsilon alone keeps it small."""
    size: float = 0.0
    """Euclidean length of an image's change up to which it is not penalised."""
    held_out: float = 0.1
    """Share of the images that is kept for testing where the source has no split test."""
    generator_optimizer: OptimizerConfig = _OPTIMIZER
    """How the generator learns."""
    discriminator_optimizer: OptimizerConfig = _OPTIMIZER
    """How the discriminator learns."""
    ema_half_life: int | None = None
    """Half-life of the generator's EMA in images; None: no EMA."""

    @property
    def foreign(self) -> tuple[str, ...]:
        """Fields of the networks that are refused here."""
        return ("generator.residual",)

    def __post_init__(self) -> None:
        require(
            0 < self.epsilon <= 1,
            "epsilon is in units of [0, 1], so above 0 and at most 1, got "
            f"{self.epsilon}; for 8 of 255 grey levels say {8 / 255:.4f}.",
        )
        require(bool(self.victim), "victim names the classifier that is to be misled.")
        require(self.targeted is None or self.targeted >= 0, "targeted is a class, from 0.")
        for name in ("confidence", "discriminator_weight", "size_weight", "size"):
            value = getattr(self, name)
            require(0 <= value < inf, f"{name} must be a number from 0, got {value}.")
        require_between("held_out", self.held_out, 0.0, 0.9)
        require(
            not self.generator.draws_changes,
            "generator.residual is for translations; a change begins near 0 without it.",
        )
        if self.ema_half_life is not None:
            require_positive("ema_half_life", self.ema_half_life)
