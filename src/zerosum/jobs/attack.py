"""Attack a classifier, and say how it fared."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import isfinite, sqrt
from time import perf_counter
from typing import Literal

import torch

from zerosum.attacks import (
    ATTACKS,
    NORMS,
    Ascent,
    Attack,
    Outcome,
    attack_pictures,
    examine,
    pgd,
    signs_of_masking,
)
from zerosum.errors import ConfigError, DataError
from zerosum.jobs.perturbing import is_learned, load_learned
from zerosum.jobs.preparation import counting
from zerosum.jobs.shown import show
from zerosum.jobs.victims import Victim, class_table, load_victim
from zerosum.limits import PIXEL_LIMIT
from zerosum.training.engine import choose_device
from zerosum.types import ClassLogits, Labels, Mask, PerSample, Pixels

__all__ = ["AttackOptions", "Attacked", "Tried", "attack"]

_SHARES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Of ε, where the curve has its points."""

_PROBED = 16
_NEARLY_ALL = 0.5
_DEFAULT = {"linf": 8 / 255, "l2": 1.0}


@dataclass(frozen=True, kw_only=True)
class AttackOptions:
    """How to attack.

    Attributes:
        attacks: Names in ``zerosum.attacks.ATTACKS``, or runs that learnt to attack: ``runs/NAME``
            or ``advgan:RUN``; ``noise``, the control, is always added.
        epsilon: The largest perturbation, in units of [0, 1]; None for 8/255 (linf) or 1 (l2).
        norm: ``linf`` or ``l2``.
        targeted: The class that the classifier is to name; None: any wrong one will do.
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
    targeted: int | None = None
    count: int = 100
    split: str | None = None
    pixel_limit: int = PIXEL_LIMIT
    labels: Literal["source", "predicted"] = "source"
    against: str | None = None
    seed: int = 0
    batch_size: int = 32
    device: str = "auto"

    def __post_init__(self) -> None:
        for name in self.attacks:
            if not is_learned(name):
                ATTACKS[name](NORMS[self.norm])
            elif self.norm != "linf":
                raise ConfigError(f"{name} learnt to stay within --norm linf; got {self.norm}.")
        if self.count < 1 or self.batch_size < 1:
            raise ConfigError("--count and --batch-size must be at least 1.")
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
    """

    outcome: Outcome
    smallest: PerSample
    curve: tuple[tuple[float, float], ...]
    kept: Mask
    carried: Mask | None
    seconds: float

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
    """

    victim: str
    options: AttackOptions
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

    def class_name(self, label: int) -> str:
        """The name of a class, or its number."""
        return self.classes[label] if label < len(self.classes) else str(label)

    def robust(self, name: str) -> float:
        """The share of all pictures that is right whatever the attack did within ε."""
        fooled = int(self.tried[name].outcome.fooled.sum())
        # Pictures of the target's own class were right and cannot be attacked.
        return (self.right - fooled) / self.asked


def attack(
    classifier: str, data: str, options: AttackOptions | None = None, *, quiet: bool = False
) -> Attacked:
    """Attack a classifier on the pictures of a source that it has right.

    Args:
        classifier: See `load_victim`.
        data: A source of pictures.
        options: How.
        quiet: No progress bars.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> few = AttackOptions(attacks=("fgsm",), epsilon=0.1, count=20, device="cpu")
        >>> found = attack("digits", "digits", few, quiet=True)
        >>> found.asked, found.tried["fgsm"].success > found.tried["noise"].success
        (20, True)
    """
    options = options or AttackOptions()
    device = choose_device(options.device)
    victim = load_victim(classifier, device=device)
    second = None if options.against is None else load_victim(options.against, device=device)
    shown = show(
        *(data, victim),
        count=options.count,
        split=options.split,
        pixel_limit=options.pixel_limit,
        quiet=quiet,
    )
    images = shown.images.to(device)
    with victim.classifier.still():
        answers = _ask(victim, images, options)
        table: tuple[int, ...] = ()
        if options.labels == "source":
            table = class_table(shown.classes, victim, answers)
        labels = shown.labels_by(table, answers)
    _check_target(options, answers.shape[1])
    right = answers.argmax(dim=1) == labels
    chosen = right if options.targeted is None else right & (labels != options.targeted)
    if not bool(chosen.any()):
        raise DataError(
            f"{victim.name} has none of the {len(images)} pictures right, so there is nothing to "
            "attack; check its size, mean and std, and the classes, or use --labels predicted."
        )
    images, labels = images[chosen], labels[chosen]
    shared = None if second is None else _has_right(second, images, labels, options)
    found = Attacked(
        victim=victim.name,
        options=options,
        classes=shown.class_names(victim, table),
        names=tuple(name for name, kept in zip(shown.names, chosen.tolist(), strict=True) if kept),
        images=images,
        labels=labels,
        clean=answers[chosen],
        asked=len(right),
        right=int(right.sum()),
        shared=shared,
        tried={},
    )
    for name, made in _make(options, images).items():
        with counting(f"{name} attacks {victim.name}", quiet=quiet) as progress:
            found.tried[name] = _try(made, victim, second, found, progress)
    return replace(found, warnings=tuple(_warn(victim, found)))


def _make(options: AttackOptions, images: Pixels) -> dict[str, Attack]:
    """The attacks by what they are called.

    Raises:
        ConfigError: One that was learnt is not meant for such pictures or for that target, or is
            called as another one is.
    """
    made: dict[str, Attack] = {}
    for spec in options.names:
        each: Attack
        if is_learned(spec):
            learned = load_learned(spec, device=images.device)
            learned.require(images, options.targeted)
            name, each = learned.name, learned.attack
        else:
            name, each = spec, ATTACKS[spec](NORMS[options.norm])
        if name in made:
            raise ConfigError(
                f"two attacks are called {name}, so their results could not be told apart; rename "
                "a run's folder, or attack twice."
            )
        made[name] = each
    return made


def _try(
    made: Attack,
    victim: Victim,
    second: Victim | None,
    about: Attacked,
    progress: Callable[[int, int], None] | None,
) -> Tried:
    """One attack within ε, and within the others of the curve."""
    options = about.options
    began = perf_counter()
    outcome = _attack(made, victim, about, options.radius, progress)
    seconds = (perf_counter() - began) / len(about.images)
    smallest = outcome.sizes.where(outcome.fooled, torch.inf)
    curve = [(0.0, about.right / about.asked)]
    free = _attack(made, victim, about, torch.inf, progress) if made.minimal else None
    if free is not None:
        smallest = torch.minimum(smallest, free.sizes.where(free.fooled, torch.inf))
    for epsilon in _radii(options, about.images):
        if free is not None:
            fooled = smallest <= epsilon
        elif epsilon == options.radius:
            fooled = outcome.fooled
        else:
            near = _attack(_hasty(made), victim, about, epsilon, progress)
            smallest = torch.minimum(smallest, near.sizes.where(near.fooled, torch.inf))
            fooled = near.fooled
        curve.append((epsilon, (about.right - int(fooled.sum())) / about.asked))
    rounded = (outcome.images * 255).round() / 255
    still = _ask(victim, rounded, options).argmax(dim=1)
    missed = still != about.labels if options.targeted is None else still == options.targeted
    return Tried(
        outcome=outcome,
        smallest=smallest,
        curve=tuple(curve),
        kept=missed & outcome.fooled,
        carried=None if second is None else _carried(second, about, outcome),
        seconds=seconds,
    )


def _attack(
    made: Attack,
    victim: Victim,
    about: Attacked,
    epsilon: float,
    progress: Callable[[int, int], None] | None,
) -> Outcome:
    options, targeted = about.options, about.options.targeted is not None
    labels = torch.full_like(about.labels, options.targeted) if targeted else about.labels  # type: ignore[arg-type]
    return attack_pictures(
        made,
        victim.classifier,
        about.images,
        labels,
        epsilon=epsilon,
        targeted=targeted,
        seed=options.seed,
        batch_size=options.batch_size,
        progress=progress,
    )


def _hasty(made: Attack) -> Attack:
    """No less success with less work: how sure the classifier is does not matter here."""
    return replace(made, stop=True) if isinstance(made, Ascent) else made


def _radii(options: AttackOptions, images: Pixels) -> Iterator[float]:
    largest = 1.0 if options.norm == "linf" else sqrt(images[0].numel())
    return (options.radius * share for share in _SHARES if options.radius * share <= largest)


def _carried(second: Victim, about: Attacked, outcome: Outcome) -> Mask:
    """Of the pictures that both had right and that fool the first, those that fool both."""
    assert about.shared is not None
    said = _ask(second, outcome.images, about.options).argmax(dim=1)
    targeted = about.options.targeted
    fooled = said != about.labels if targeted is None else said == targeted
    return fooled & about.shared & outcome.fooled


def _warn(victim: Victim, found: Attacked) -> list[str]:
    images, labels = found.images[:_PROBED], found.labels[:_PROBED]
    evidence = examine(victim.classifier, images, labels)
    norm, unbounded = NORMS[found.options.norm], None
    if found.options.targeted is None:
        largest = float(norm.size(torch.ones_like(images[:1])))
        probe = attack_pictures(
            replace(pgd(norm), stop=True),
            victim.classifier,
            images,
            labels,
            epsilon=_NEARLY_ALL * largest,
            batch_size=found.options.batch_size,
        )
        unbounded = float(probe.fooled.float().mean())
    climbing = ("pgd", "bim", "momentum")
    return signs_of_masking(
        {name: tried.success for name, tried in found.tried.items()},
        evidence=evidence,
        curves={name: found.tried[name].curve for name in climbing if name in found.tried},
        unbounded=unbounded,
    )


@torch.no_grad()
def _ask(victim: Victim, images: Pixels, options: AttackOptions) -> ClassLogits:
    with victim.classifier.still():
        victim.classifier.classes(images)
        pieces = torch.split(images, options.batch_size)
        return torch.cat([victim.classifier(piece) for piece in pieces])


def _has_right(second: Victim, images: Pixels, labels: Labels, options: AttackOptions) -> Mask:
    answers = _ask(second, images, options)
    if int(labels.max()) >= answers.shape[1]:
        raise DataError(
            f"{second.name} knows {answers.shape[1]} classes, too few for these pictures; "
            "--against needs a classifier of the same classes."
        )
    return answers.argmax(dim=1) == labels


def _check_target(options: AttackOptions, classes: int) -> None:
    if options.targeted is not None and not 0 <= options.targeted < classes:
        raise ConfigError(
            f"--targeted is a class from 0 to {classes - 1}, got {options.targeted}."
        )
