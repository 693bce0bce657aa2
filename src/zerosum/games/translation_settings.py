"""Settings of the games over two domains."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from zerosum.checks import require, require_positive
from zerosum.games.parts.settings import Augmentation, ObjectiveConfig, OptimizerConfig
from zerosum.networks.patches_settings import PatchDiscriminatorConfig
from zerosum.networks.translator_choices import PatchwiseConfig, TranslatorConfig
from zerosum.networks.translator_settings import ResnetTranslatorConfig

__all__ = [
    "CartoonConfig",
    "ContrastiveConfig",
    "CycleConfig",
    "Direction",
    "OneWayConfig",
    "PairedConfig",
    "TranslationConfig",
]

Direction = Literal["a2b", "b2a"]
"""From which domain to which."""

_TRANSLATOR = ResnetTranslatorConfig()
_DISCRIMINATOR = PatchDiscriminatorConfig()
_OPTIMIZER = OptimizerConfig()


@dataclass(frozen=True, kw_only=True)
class TranslationConfig:
    """The settings that all games over two domains share.

    Example:
        >>> TranslationConfig(ema_half_life=1_000).objective
        'least-squares'
    """

    generator: TranslatorConfig = _TRANSLATOR
    """The network that translates; a game of both directions has two."""
    discriminator: PatchwiseConfig = _DISCRIMINATOR
    """The network that tells real images from translations; a game of both directions has two."""
    objective: ObjectiveConfig = "least-squares"
    """The adversarial losses of both; ``FILE.py:NAME KEY=VALUE ...``: what NAME in your file
    returns."""
    generator_optimizer: OptimizerConfig = _OPTIMIZER
    """How the translators learn."""
    discriminator_optimizer: OptimizerConfig = _OPTIMIZER
    """How each discriminator learns."""
    ema_half_life: int | None = None
    """Half-life of the translators' EMA in images; None: no EMA."""
    augmentation: tuple[Augmentation, ...] = ()
    """DiffAugment operations on all images that a discriminator is given."""
    needs_partners: ClassVar[bool] = False
    needs_smoothed: ClassVar[bool] = False

    @property
    def directions(self) -> tuple[Direction, ...]:
        """From which domain to which its networks translate, the first one first.

        Example:
            >>> CycleConfig().directions, PairedConfig(direction="b2a").directions
            (('a2b', 'b2a'), ('b2a',))
        """
        own: Direction | None = getattr(self, "direction", None)
        return ("a2b", "b2a") if own is None else (own,)

    @property
    def content_network(self) -> str | None:
        """The trained network of the content loss, if there is one."""
        return None

    def __post_init__(self) -> None:
        if self.ema_half_life is not None:
            require_positive("ema_half_life", self.ema_half_life)


@dataclass(frozen=True, kw_only=True)
class CycleConfig(TranslationConfig):
    """CycleGAN: two translators, there and back, and a discriminator for each domain.

    Example:
        >>> CycleConfig(identity_weight=0.0).cycle_weight
        10.0
    """

    kind: Literal["cycle"] = "cycle"
    cycle_weight: float = 10.0
    """Weight of the cycle consistency loss: λ."""
    identity_weight: float = 0.5
    """Weight of the identity loss, as a part of cycle_weight; 0: there is none."""
    pool: int = 50
    """Earlier translations in each discriminator's pool; 0: none."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _not_negative("cycle_weight", self.cycle_weight)
        _not_negative("identity_weight", self.identity_weight)
        _not_negative("pool", self.pool)


@dataclass(frozen=True, kw_only=True)
class ContrastiveConfig(TranslationConfig):
    """CUT: one translator, each place of whose results must identify its place in the source.

    Example:
        >>> fast = ContrastiveConfig(nce_weight=10.0, nce_identity=False)
        >>> fast.places
        256
    """

    generator: ResnetTranslatorConfig = _TRANSLATOR
    """The network that translates."""
    kind: Literal["contrastive"] = "contrastive"
    direction: Direction = "a2b"
    """From which domain to which."""
    nce_weight: float = 1.0
    """Weight of the contrastive loss: λ."""
    nce_identity: bool = True
    """Add the contrastive loss of images of the target domain, which are not to change."""
    flip_equivariance: bool = False
    """Give the translator mirror images of half of the images, whose places must still identify
    those of the original."""
    places: int = 256
    """Places of each map that are compared."""
    temperature: float = 0.07
    """How sharply they are compared: τ."""
    units: int = 256
    """Size of the vectors that are compared."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _not_negative("nce_weight", self.nce_weight)
        for name in ("places", "temperature", "units"):
            require_positive(name, getattr(self, name))


@dataclass(frozen=True, kw_only=True)
class PairedConfig(TranslationConfig):
    """pix2pix: every image has a partner, and its translation is to equal it.

    Example:
        >>> PairedConfig().partner_weight
        100.0
    """

    kind: Literal["paired"] = "paired"
    needs_partners: ClassVar[bool] = True
    direction: Direction = "a2b"
    """From which domain to which."""
    partner_weight: float = 100.0
    """Weight of the distance from the partner: λ."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _not_negative("partner_weight", self.partner_weight)


@dataclass(frozen=True, kw_only=True)
class CartoonConfig(TranslationConfig):
    """CartoonGAN: keep the content of A's photographs, draw edges as sharp as B's cartoons.

    Example:
        >>> CartoonConfig(content="efficientnet-lite0").content_weight
        10.0
    """

    kind: Literal["cartoon"] = "cartoon"
    needs_smoothed: ClassVar[bool] = True
    direction: ClassVar[Direction] = "a2b"
    content: str = "torchvision:vgg19"
    """Trained classifier whose maps represent the content: ``torchvision:vgg19``,
    ``efficientnet-lite0``, ``path/to/module.py:factory``."""
    content_weight: float = 10.0
    """Weight of the content loss: ω."""
    warmup: int = 0
    """Images during which only the content counts."""

    @property
    def content_network(self) -> str | None:
        """The trained network of the content loss."""
        return self.content

    def __post_init__(self) -> None:
        super().__post_init__()
        _not_negative("content_weight", self.content_weight)
        _not_negative("warmup", self.warmup)


OneWayConfig = ContrastiveConfig | PairedConfig | CartoonConfig
"""Settings of any game of one direction."""


def _not_negative(name: str, value: float) -> None:
    require(value >= 0, f"{name} must not be negative, got {value}.")
