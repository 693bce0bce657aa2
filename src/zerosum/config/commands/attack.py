"""What ``zerosum attack`` can be told."""

from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Literal

import tyro

from zerosum.checks import require, require_between, require_sound
from zerosum.config.commands.options import Device
from zerosum.errors import ConfigError
from zerosum.sizes import MOST_AT_ONCE, MOST_IMAGES, PIXEL_LIMIT

__all__ = ["AttackConfig", "parse_epsilon"]

_DEFAULT = {"linf": 8 / 255, "l2": 1.0}


def parse_epsilon(text: str | float) -> float:
    """A number, or a fraction of two.

    Raises:
        ConfigError: It is neither.

    Example:
        >>> parse_epsilon("51/255")
        0.2
    """
    above, slash, below = str(text).partition("/")
    try:
        return float(above) / (float(below) if slash else 1.0)
    except (ValueError, ZeroDivisionError) as error:
        raise ConfigError(
            f"--epsilon is a number or a fraction, such as 0.03 or 8/255; got {text!r}."
        ) from error


@dataclass(frozen=True, kw_only=True)
class AttackConfig:
    """How to attack a classifier.

    Raises:
        ConfigError: A setting is out of range.

    Example:
        >>> AttackConfig(norm="l2").radius, AttackConfig(epsilon="51/255").radius
        (1.0, 0.2)
    """

    attacks: Annotated[tuple[str, ...], tyro.conf.arg(name="attack")] = ("pgd",)
    """One or more of the attacks below, runs among them."""
    epsilon: str | float | None = None
    """The largest perturbation; by default 8/255 for linf and 1 for l2."""
    norm: Literal["linf", "l2"] = "linf"
    """linf: the greatest change of any pixel; l2: the length of all changes together."""
    targeted: Annotated[str | int | None, tyro.conf.arg(metavar="CLASS")] = None
    """The class that the classifier is to name, by name or by number from 0 (where classes are
    called by numbers, by name alone); by default any wrong one."""
    count: int = 100
    """How many pictures to show the classifier, spread evenly over the source."""
    split: str | None = None
    """Which part of the source; by default test where there is one, else train."""
    pixel_limit: int = PIXEL_LIMIT
    """Pictures of more pixels are refused as decompression bombs; raise it for big pictures that
    you trust."""
    labels: Literal["source", "predicted"] = "source"
    """predicted takes what the classifier says of the unchanged pictures for right."""
    against: str | None = None
    """A second classifier of the same classes, to see what carries over to it."""
    seed: int = 0
    """Equal seeds give equal attacks."""
    batch_size: int = 32
    """Pictures at once; more is faster and takes more memory."""
    device: Device = "auto"

    def __post_init__(self) -> None:
        radius = self.radius
        require_sound(self)
        require_sound(radius, "epsilon")
        for name, most in (("count", MOST_IMAGES), ("batch_size", MOST_AT_ONCE)):
            require_between(f"--{name.replace('_', '-')}", getattr(self, name), 1, most)
        require(self.seed >= 0, f"--seed must be 0 or more, got {self.seed}.")
        if not isfinite(radius) or radius <= 0:
            raise ConfigError(f"--epsilon must be greater than 0, got {radius:g}.")
        if self.norm == "linf" and radius > 1:
            raise ConfigError(
                f"--epsilon is in units of [0, 1], so at most 1 for linf, got {radius:g}; "
                f"for {radius:g} of 255 grey levels say --epsilon {radius:g}/255."
            )

    @property
    def radius(self) -> float:
        """ε, in units of [0, 1]."""
        return _DEFAULT[self.norm] if self.epsilon is None else parse_epsilon(self.epsilon)

    @property
    def names(self) -> tuple[str, ...]:
        """The attacks, the control first."""
        return tuple(dict.fromkeys(("noise", *self.attacks)))
