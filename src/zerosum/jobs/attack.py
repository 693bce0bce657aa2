"""Attack a classifier, and report its robustness."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import sqrt
from time import perf_counter

import torch

from zerosum.attacks import (
    ATTACKS,
    NORMS,
    Ascent,
    Attack,
    AttackResult,
    attack_images,
    examine,
    pgd,
    signs_of_masking,
)
from zerosum.config.commands.attack import AttackConfig
from zerosum.counting import counting
from zerosum.errors import ConfigError, DataError
from zerosum.families.victims import Victim, class_table, load_victim
from zerosum.games.parts.classes import find_class
from zerosum.jobs.attack_result import AttackReport, TrialResult
from zerosum.jobs.labelled_images import show
from zerosum.jobs.learned import is_learned, load_learned
from zerosum.training.engine import choose_device
from zerosum.types import ClassLogits, Labels, Mask, Pixels

__all__ = ["ORIGINALS", "AttackReport", "TrialResult", "attack"]

_SHARES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Of ε, where the curve has its points."""

_PROBED = 16
_NEARLY_ALL = 0.5
ORIGINALS = "original"
"""What the pictures are called that were not attacked."""
EVERY = 10.0
"""Seconds between two lines on the progress, where there is no terminal."""


def attack(
    classifier: str, data: str, options: AttackConfig | None = None, *, quiet: bool = False
) -> AttackReport:
    """Attack a classifier on the images of a source that it has right.

    Args:
        classifier: See `load_victim`.
        data: A source of images.
        options: How.
        quiet: No progress bars.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> few = AttackConfig(attacks=("fgsm",), epsilon=0.1, count=20, device="cpu")
        >>> report = attack("digits", "digits", few, quiet=True)
        >>> report.num_images, report.outcomes["fgsm"].success > report.outcomes["noise"].success
        (20, True)
    """
    began = perf_counter()
    options = options or AttackConfig()
    _require_known(options)
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
    with victim.classifier.frozen():
        answers = _ask(victim, images, options)
        table: tuple[int, ...] = ()
        if options.labels == "source":
            table = _table(shown.classes, victim, answers)
        labels = shown.labels_by(table, answers)
    classes = shown.class_names(victim, table)
    target = _find_target(options, classes, answers.shape[1])
    right = answers.argmax(dim=1) == labels
    # Accuracy under attack counts all images; only those that are right can be lost.
    chosen = right if target is None else right & (labels != target)
    if not bool(chosen.any()):
        raise DataError(
            f"{victim.name} has none of the {len(images)} pictures right, so there is nothing to "
            "attack; check its size, mean and std, and the classes, or use --labels predicted."
        )
    images, labels = images[chosen], labels[chosen]
    shared = None if second is None else _has_right(second, images, labels, options)
    report = AttackReport(
        victim=victim.name,
        options=options,
        target=target,
        classes=classes,
        names=tuple(name for name, kept in zip(shown.names, chosen.tolist(), strict=True) if kept),
        images=images,
        labels=labels,
        clean=answers[chosen],
        num_images=len(right),
        right=int(right.sum()),
        shared=shared,
        outcomes={},
    )
    attacks = _make(options, images, target)
    for number, (name, made) in enumerate(attacks.items(), start=1):
        text = f"{name} attacks {victim.name}, {number} of {len(attacks)}"
        with counting(text, quiet=quiet, every=EVERY) as progress:
            report.outcomes[name] = _try(made, victim, second, report, progress)
    warnings = tuple(_warn(victim, report))
    return replace(report, warnings=warnings, seconds=perf_counter() - began)


def _require_known(options: AttackConfig) -> None:
    """Refuse unknown names, and attacks that are not meant for the norm, before anything is read.

    Raises:
        ConfigError: There is such an attack.
    """
    for name in options.attacks:
        if not is_learned(name):
            ATTACKS[name](NORMS[options.norm])
        elif options.norm != "linf":
            raise ConfigError(f"{name} learnt to stay within --norm linf; got {options.norm}.")


def _make(options: AttackConfig, images: Pixels, target: int | None) -> dict[str, Attack]:
    """The attacks by what they are called.

    Raises:
        ConfigError: One that was learnt is not meant for such images or for that target, or is
            called as another one is.
    """
    made: dict[str, Attack] = {}
    for spec in options.names:
        each: Attack
        if is_learned(spec):
            learned = load_learned(spec, device=images.device)
            learned.require(images, target)
            name, each = learned.name, learned.attack
        else:
            name, each = spec, ATTACKS[spec](NORMS[options.norm])
        if name == ORIGINALS:
            raise ConfigError(
                f"no attack may be called {name}, as the pictures before it are; rename the run's "
                "folder."
            )
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
    report: AttackReport,
    progress: Callable[[int, int], None] | None,
) -> TrialResult:
    """One attack within ε, and within the others of the curve; the time is that of all."""
    options, began = report.options, perf_counter()
    radii = list(_radii(options, report.images))
    parts = _parts(progress, 2 if made.minimal else len(radii))
    outcome = _attack(made, victim, report, options.radius, next(parts))
    seconds = (perf_counter() - began) / len(report.images)
    smallest = outcome.sizes.where(outcome.fooled, torch.inf)
    curve = [(0.0, report.right / report.num_images)]
    # A minimal attack is run once without a limit: its sizes give the whole curve.
    free = _attack(made, victim, report, torch.inf, next(parts)) if made.minimal else None
    if free is not None:
        smallest = torch.minimum(smallest, free.sizes.where(free.fooled, torch.inf))
    for epsilon in radii:
        if free is not None:
            fooled = smallest <= epsilon
        elif epsilon == options.radius:
            fooled = outcome.fooled
        else:
            near = _attack(_hasty(made), victim, report, epsilon, next(parts))
            smallest = torch.minimum(smallest, near.sizes.where(near.fooled, torch.inf))
            fooled = near.fooled
        curve.append((epsilon, (report.right - int(fooled.sum())) / report.num_images))
    # A file holds 256 levels, and a small perturbation may not survive the rounding.
    rounded = (outcome.images * 255).round() / 255
    still = _ask(victim, rounded, options).argmax(dim=1)
    return TrialResult(
        outcome=outcome,
        smallest=smallest,
        curve=tuple(curve),
        kept=_reached(still, report) & outcome.fooled,
        carried=None if second is None else _carried(second, report, outcome),
        seconds=seconds,
        whole=perf_counter() - began,
    )


def _reached(predicted: Labels, report: AttackReport) -> Mask:
    """Where a prediction reaches the attacker's goal."""
    return predicted != report.labels if report.target is None else predicted == report.target


def _parts(
    progress: Callable[[int, int], None] | None, count: int
) -> Iterator[Callable[[int, int], None] | None]:
    """The progress of each of several passes over the images, as a part of the whole."""
    for part in range(count):

        def tell(done: int, total: int, part: int = part) -> None:
            assert progress is not None
            progress(part * total + done, count * total)

        yield None if progress is None else tell


def _attack(
    made: Attack,
    victim: Victim,
    report: AttackReport,
    epsilon: float,
    progress: Callable[[int, int], None] | None,
) -> AttackResult:
    options, target = report.options, report.target
    labels = report.labels if target is None else torch.full_like(report.labels, target)
    return attack_images(
        made,
        victim.classifier,
        report.images,
        labels,
        epsilon=epsilon,
        targeted=target is not None,
        seed=options.seed,
        batch_size=options.batch_size,
        progress=progress,
    )


def _hasty(made: Attack) -> Attack:
    """The attack, stopped at its first success: the margin does not matter here."""
    return replace(made, stop=True) if isinstance(made, Ascent) else made


def _radii(options: AttackConfig, images: Pixels) -> Iterator[float]:
    largest = 1.0 if options.norm == "linf" else sqrt(images[0].numel())
    return (options.radius * share for share in _SHARES if options.radius * share <= largest)


def _carried(second: Victim, report: AttackReport, outcome: AttackResult) -> Mask:
    """Of the images that both had right and that fool the first, those that fool both."""
    assert report.shared is not None
    predicted = _ask(second, outcome.images, report.options).argmax(dim=1)
    return _reached(predicted, report) & report.shared & outcome.fooled


def _warn(victim: Victim, report: AttackReport) -> list[str]:
    images, labels = report.images[:_PROBED], report.labels[:_PROBED]
    evidence = examine(victim.classifier, images, labels)
    norm, unbounded = NORMS[report.options.norm], None
    if report.target is None:
        largest = float(norm.size(torch.ones_like(images[:1])))
        probe = attack_images(
            replace(pgd(norm), stop=True),
            victim.classifier,
            images,
            labels,
            epsilon=_NEARLY_ALL * largest,
            batch_size=report.options.batch_size,
        )
        unbounded = float(probe.fooled.float().mean())
    climbing = ("pgd", "bim", "momentum")
    return signs_of_masking(
        {name: tried.success for name, tried in report.outcomes.items()},
        evidence=evidence,
        curves={name: report.outcomes[name].curve for name in climbing if name in report.outcomes},
        unbounded=unbounded,
    )


@torch.no_grad()
def _table(classes: tuple[str, ...], victim: Victim, answers: ClassLogits) -> tuple[int, ...]:
    """From the source's labels to the classifier's, or the way to do without."""
    try:
        return class_table(classes, victim, answers)
    except DataError as error:
        raise DataError(
            f"{error} Or attack what the classifier says: --labels predicted."
        ) from error


def _ask(victim: Victim, images: Pixels, options: AttackConfig) -> ClassLogits:
    with victim.classifier.frozen():
        victim.classifier.classes(images)
        pieces = torch.split(images, options.batch_size)
        return torch.cat([victim.classifier(piece) for piece in pieces])


def _has_right(second: Victim, images: Pixels, labels: Labels, options: AttackConfig) -> Mask:
    answers = _ask(second, images, options)
    if int(labels.max()) >= answers.shape[1]:
        raise DataError(
            f"{second.name} knows {answers.shape[1]} classes, too few for these pictures; "
            "--against needs a classifier of the same classes."
        )
    return answers.argmax(dim=1) == labels


def _find_target(options: AttackConfig, classes: Sequence[str], count: int) -> int | None:
    """The label that the classifier is to name, by the name of its class or by its number."""
    if options.targeted is None:
        return None
    names = (*classes, *(f"class {label}" for label in range(len(classes), count)))
    return find_class(options.targeted, names)
