"""How a classifier is attacked, and what came of it, as values."""

from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

from zerosum.attacks import ATTACKS, NORMS, Outcome
from zerosum.checks import require, require_between, require_sound
from zerosum.errors import ConfigError
from zerosum.jobs.learned import is_learned
from zerosum.limits import MOST_AT_ONCE, MOST_PICTURES, PIXEL_LIMIT
from zerosum.types import ClassLogits, Labels, Mask, PerSample, Pixels

__all__ = ["AttackOptions", "Attacked", "Tried"]

_DEFAULT = {"linf": 8 / 255, "l2": 1.0}


@dataclass(frozen=True, kw_only=True)
class AttackOptions:
    """How to attack.

    Attributes:
        attacks: Names in ``zerosum.attacks.ATTACKS``, or runs that learnt to attack: ``runs/NAME``
            or ``advgan:RUN``; ``noise``, the control, is always added.
        epsilon: The largest perturbation, in units of [0, 1]; None for 8/255 (linf) or 1 (l2).
        norm: ``linf`` or ``l2``.
        targeted: The class that the classifier is to name, by name or number; None: any wrong one
            will do.
        count: Pictures, spread evenly over the source.
        split: Which part of the source; None for ``test`` where there is one.
        pixel_limit: Pictures of more pixels are refused as decompression bombs.
        labels: ``source``, or ``predicted``: whatever the classifier says counts as right.
        against: A second classifier, to see what carries over.
        seed: From which all chance follows.
        batch_size: Pictures that go through the network at once.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.

    Raises:
        ConfigError: A setting is out of range.

    Example:
        >>> AttackOptions(norm="l2").radius
        1.0
    """

    attacks: tuple[str, ...] = ("pgd",)
    epsilon: float | None = None
    norm: Literal["linf", "l2"] = "linf"
    targeted: int | str | None = None
    count: int = 100
    split: str | None = None
    pixel_limit: int = PIXEL_LIMIT
    labels: Literal["source", "predicted"] = "source"
    against: str | None = None
    seed: int = 0
    batch_size: int = 32
    device: str = "auto"

    def __post_init__(self) -> None:
        require_sound(self)
        for name in self.attacks:
            if not is_learned(name):
                ATTACKS[name](NORMS[self.norm])
            elif self.norm != "linf":
                raise ConfigError(f"{name} learnt to stay within --norm linf; got {self.norm}.")
        for name, most in (("count", MOST_PICTURES), ("batch_size", MOST_AT_ONCE)):
            require_between(f"--{name.replace('_', '-')}", getattr(self, name), 1, most)
        require(self.seed >= 0, f"--seed must be 0 or more, got {self.seed}.")
        if not isfinite(self.radius) or self.radius <= 0:
            raise ConfigError(f"--epsilon must be greater than 0, got {self.radius:g}.")
        if self.norm == "linf" and self.radius > 1:
            raise ConfigError(
                f"--epsilon is in units of [0, 1], so at most 1 for linf, got {self.radius:g}; "
                f"for {self.radius:g} of 255 grey levels say --epsilon {self.radius:g}/255."
            )

    @property
    def radius(self) -> float:
        """ε."""
        return _DEFAULT[self.norm] if self.epsilon is None else self.epsilon

    @property
    def names(self) -> tuple[str, ...]:
        """The attacks, the control first."""
        return tuple(dict.fromkeys(("noise", *self.attacks)))


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What one attack achieved on the pictures that the classifier had right.

    Attributes:
        outcome: Within ε.
        smallest: The smallest perturbation that succeeded with any ε that was tried; infinite
            where none did.
        curve: Pairs of ε and the share of *all* pictures that the classifier still has right.
        kept: Where it still succeeds when the picture is rounded to 256 levels, as in a file.
        carried: Where the second classifier, which had the picture right, is fooled; or None.
        seconds: For each picture, within ε.
        whole: Seconds for all pictures, within ε and within the others of the curve.
    """

    outcome: Outcome
    smallest: PerSample
    curve: tuple[tuple[float, float], ...]
    kept: Mask
    carried: Mask | None
    seconds: float
    whole: float

    @property
    def success(self) -> float:
        """The share of the pictures that it was tried on."""
        return float(self.outcome.fooled.float().mean())


@dataclass(frozen=True, kw_only=True)
class Attacked:
    """What `attack` found.

    Attributes:
        victim: The classifier's name.
        options: How it was attacked.
        target: The label that it was to name; None: any wrong one.
        classes: The classes' names, by label.
        names: Of the pictures that were attacked.
        images: These pictures, in [0, 1].
        labels: Their classes.
        clean: The classifier's answers to them.
        asked: How many pictures it was shown.
        right: How many of them it had right.
        shared: Where the second classifier has them right as well; None without a second.
        tried: By attack; one that was learnt is called as its run's folder is.
        warnings: Why the numbers may flatter the classifier.
        seconds: That all of it took.
    """

    victim: str
    options: AttackOptions
    target: int | None
    classes: tuple[str, ...]
    names: tuple[str, ...]
    images: Pixels
    labels: Labels
    clean: ClassLogits
    asked: int
    right: int
    tried: dict[str, Tried]
    shared: Mask | None = None
    warnings: tuple[str, ...] = field(default_factory=tuple)
    seconds: float = 0.0

    def class_name(self, label: int) -> str:
        """The name of a class, or its number."""
        return self.classes[label] if label < len(self.classes) else str(label)

    def robust(self, name: str) -> float:
        """The share of all pictures that is right whatever the attack did within ε."""
        fooled = int(self.tried[name].outcome.fooled.sum())
        # Pictures of the target's own class were right and cannot be attacked.
        return (self.right - fooled) / self.asked

    def robust_to_all(self) -> float:
        """The share of all pictures that is right whatever any of the attacks did within ε."""
        fooled = sum(tried.outcome.fooled.long() for tried in self.tried.values())
        return (self.right - int((fooled > 0).sum())) / self.asked  # type: ignore[union-attr]
