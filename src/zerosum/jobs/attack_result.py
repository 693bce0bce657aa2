"""The results of an attack on a classifier."""

from dataclasses import dataclass, field

from zerosum.attacks import AttackResult
from zerosum.config.commands.attack import AttackConfig
from zerosum.types import ClassLogits, Labels, Mask, PerSample, Pixels

__all__ = ["AttackReport", "TrialResult"]


@dataclass(frozen=True, kw_only=True)
class TrialResult:
    """The result of one attack on the images that the classifier has right.

    Attributes:
        outcome: Within ε.
        smallest: The smallest perturbation that succeeded with any ε that was tried; infinite
            where none did.
        curve: Pairs of ε and the share of *all* images that the classifier still has right.
        kept: Where it still succeeds when the image is rounded to 256 levels, as in a file.
        carried: Where the second classifier, which had the image right, is fooled; or None.
        seconds: For each image, within ε.
        whole: Seconds for all images, within ε and within the others of the curve.
    """

    outcome: AttackResult
    smallest: PerSample
    curve: tuple[tuple[float, float], ...]
    kept: Mask
    carried: Mask | None
    seconds: float
    whole: float

    @property
    def success(self) -> float:
        """The share of the images that it was tried on."""
        return float(self.outcome.fooled.float().mean())


@dataclass(frozen=True, kw_only=True)
class AttackReport:
    """The result of `attack`.

    Attributes:
        victim: The classifier's name.
        options: How it was attacked.
        target: The label that it was to name; None: any wrong one.
        classes: The classes' names, by label.
        names: Of the images that were attacked.
        images: These images, in [0, 1].
        labels: Their classes.
        clean: The classifier's answers to them.
        asked: How many images it was shown.
        right: How many of them it had right.
        shared: Where the second classifier has them right as well; None without a second.
        outcomes: By attack; one that was learnt is called as its run's folder is.
        warnings: Why the numbers may flatter the classifier.
        seconds: That all of it took.
    """

    victim: str
    options: AttackConfig
    target: int | None
    classes: tuple[str, ...]
    names: tuple[str, ...]
    images: Pixels
    labels: Labels
    clean: ClassLogits
    num_images: int
    right: int
    outcomes: dict[str, TrialResult]
    shared: Mask | None = None
    warnings: tuple[str, ...] = field(default_factory=tuple)
    seconds: float = 0.0

    def class_name(self, label: int) -> str:
        """The name of a class, or its number."""
        return self.classes[label] if label < len(self.classes) else str(label)

    def robust(self, name: str) -> float:
        """The share of all images that is right whatever the attack did within ε."""
        fooled = int(self.outcomes[name].outcome.fooled.sum())
        # Images of the target's own class were right and cannot be attacked.
        return (self.right - fooled) / self.num_images

    def robust_to_all(self) -> float:
        """The share of all images that is right whatever any of the attacks did within ε."""
        fooled = sum(tried.outcome.fooled.long() for tried in self.outcomes.values())
        return (self.right - int((fooled > 0).sum())) / self.num_images  # type: ignore[union-attr]
