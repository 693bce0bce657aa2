"""How many images of each class there are: in a source, and beside it in what a run makes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from warnings import warn

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from zerosum.config.commands.shares import SharesConfig
from zerosum.counting import counting
from zerosum.data import Source, is_named, unscale
from zerosum.data.audit import open_parts
from zerosum.errors import ConfigError, DataError, DataWarning
from zerosum.evaluation.extraction import ImageSubset, choose_images
from zerosum.families.classifier_evaluation import held_out_confusion
from zerosum.families.loading import load
from zerosum.families.victims import NAMED_VICTIMS, class_table, load_victim
from zerosum.files import expanded
from zerosum.jobs.labelled_images import prepare_for
from zerosum.metrics import (
    ClassShares,
    Estimate,
    SharesCompared,
    class_shares,
    compare_shares,
    corrected_shares,
)
from zerosum.metrics.shares import share
from zerosum.models.classifier import Classifier
from zerosum.models.sampler import Sampler
from zerosum.runs import is_run
from zerosum.sizes import PIXEL_LIMIT
from zerosum.training.engine import choose_device
from zerosum.types import Bytes, ClassLogits

__all__ = ["CountedClasses", "SharesAudit", "audit_shares"]

_AT_ONCE = 64

Counts = Int[Tensor, " k"]
Confusion = Int[Tensor, "k k"]


@dataclass(frozen=True, eq=False, kw_only=True)
class CountedClasses:
    """The classes among some images.

    Attributes:
        name: Whose images.
        by: Who says which class an image is of: ``labels``, or the classifier by its name.
        counts: Images of each class, shape (k,).
        shares: Their shares; of what a classifier counts, corrected for its mistakes where these
            are known.
        corrected: Whether they are.
    """

    name: str
    by: str
    counts: Counts
    shares: ClassShares
    corrected: bool = False

    @property
    def raw(self) -> ClassShares:
        """The shares as they were counted."""
        return class_shares(self.counts)


@dataclass(frozen=True, eq=False, kw_only=True)
class SharesAudit:
    """The shares of classes in a source, and perhaps beside them those of a run or a source.

    Attributes:
        classes: The names of the classes.
        data: Of the source.
        against: Of the other side; None without.
        classifier: What it is called; None without.
        accuracy: How often it is right on images that it has not learnt from; None where that is
            not known.
        agreement: How often it says what the labels of the source say; None without labels.
    """

    classes: tuple[str, ...]
    data: CountedClasses
    against: CountedClasses | None
    classifier: str | None
    accuracy: Estimate | None = None
    agreement: Estimate | None = None

    @property
    def compared(self) -> SharesCompared | None:
        """What the other side differs by, from the source; None without another side."""
        if self.against is None:
            return None
        return compare_shares(self.data.shares, self.against.shares)

    def beyond_chance(self, sign: int) -> list[str]:
        """Names of the classes that the other side has more (1) or fewer (-1) of than chance."""
        found = self.compared
        signs = [0] * len(self.classes) if found is None else found.beyond_chance
        return [name for name, each in zip(self.classes, signs, strict=True) if each == sign]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        values: dict[str, Any] = {
            "classifier": self.classifier,
            "accuracy": _estimate(self.accuracy),
            "agreement": _estimate(self.agreement),
            "data": self._side(self.data),
            "against": None if self.against is None else self._side(self.against),
        }
        found = self.compared
        if found is not None:
            values["comparison"] = {
                "differences": dict(
                    zip(self.classes, map(_estimate, found.differences), strict=True)
                ),
                "more": self.beyond_chance(1),
                "fewer": self.beyond_chance(-1),
                "total_variation": found.total_variation,
                "total_variation_by_chance": found.by_chance,
                "chi_square": found.statistic,
                "degrees_of_freedom": len(self.classes) - 1,
                "p": found.p,
            }
        return values

    def _side(self, side: CountedClasses) -> dict[str, Any]:
        shares = zip(side.counts.tolist(), side.raw.estimates, side.shares.estimates, strict=True)
        return {
            "name": side.name,
            "by": side.by,
            "corrected": side.corrected,
            "classes": {
                name: {"pictures": count, "counted": _estimate(raw), "share": _estimate(best)}
                for name, (count, raw, best) in zip(self.classes, shares, strict=True)
            },
        }


def _estimate(estimate: Estimate | None) -> dict[str, float] | None:
    return None if estimate is None else {"value": estimate.value, "error": estimate.error}


def audit_shares(
    data: str,
    options: SharesConfig,
    *,
    pixel_limit: int = PIXEL_LIMIT,
    quiet: bool = False,
) -> SharesAudit:
    """Count the classes of a source, and of what a run makes or of another source beside it.

    Args:
        data: The source; of several splits the first, of training images if there are any.
        options: By which classifier, and beside what.
        pixel_limit: Images of more pixels are refused as decompression bombs.
        quiet: No progress bars.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> found = audit_shares("digits", SharesConfig(against="digits"), quiet=True)
        >>> found.data.counts.tolist()[:3], found.compared.p
        ([500, 500, 500], 1.0)
    """
    source = _open(data, pixel_limit)
    if options.classifier is None:
        return _by_labels(data, source, options, pixel_limit)
    beside = _opened_beside(options, pixel_limit)
    looker = _Looker(options, quiet=quiet)
    counted, agreement = looker.look_at_source(data, source)
    against = None
    if isinstance(beside, Sampler):
        against = looker.look_at_run(beside)
    elif beside is not None:
        against = looker.look_at_source(str(options.against), beside)[0]
    return SharesAudit(
        classes=looker.names(len(counted.counts)),
        data=counted,
        against=against,
        classifier=options.classifier,
        accuracy=looker.accuracy,
        agreement=agreement,
    )


def _open(spec: str, pixel_limit: int) -> Source:
    source = open_parts(spec)[0]
    source.pixel_limit = pixel_limit
    return source


def _opened_beside(options: SharesConfig, pixel_limit: int) -> Sampler | Source | None:
    """What stands on the other side: it is known to be there before anything takes long."""
    spec = options.against
    if spec is None:
        return None
    if not is_named(spec) and is_run(expanded(spec)):
        kind: type[Sampler] = Sampler  # type: ignore[type-abstract]
        return load(spec, kind=kind, device=options.device, checkpoint=options.checkpoint)
    return _open(spec, pixel_limit)


def _by_labels(data: str, source: Source, options: SharesConfig, pixel_limit: int) -> SharesAudit:
    """The same without a classifier, for two sources whose labels have the same names.

    Raises:
        ConfigError: One has no labels, or has others: a classifier is needed.
    """
    beside = _opened_beside(options, pixel_limit)
    assert beside is not None  # Something is asked for.
    if isinstance(beside, Sampler) or not source.classes or not beside.classes:
        raise ConfigError(
            f"to count the classes in {data} and in {options.against} a classifier is needed: "
            "--classifier RUN (zerosum train classifier --data FOLDER), or --classifier digits "
            "for digits."
        )
    if set(source.classes) != set(beside.classes):
        other = sorted(set(source.classes) ^ set(beside.classes))[0]
        raise ConfigError(
            f"{data} and {options.against} do not have the same classes: only one has {other!r}. "
            "Let a classifier count: --classifier RUN."
        )
    order = [beside.classes.index(name) for name in source.classes]
    first, second = _labels_in(source), _labels_in(beside)[order]
    return SharesAudit(
        classes=source.classes,
        data=_of_labels(data, first),
        against=_of_labels(str(options.against), second),
        classifier=None,
    )


def _labels_in(source: Source) -> Counts:
    labels = (source.label(index) for index in range(len(source)))
    known = torch.tensor([label for label in labels if label is not None], dtype=torch.int64)
    return known.bincount(minlength=len(source.classes))


def _of_labels(name: str, counts: Counts) -> CountedClasses:
    return CountedClasses(name=name, by="labels", counts=counts, shares=class_shares(counts))


class _Looker:
    """Counts classes by a classifier, whose mistakes are taken into account where known.

    Args:
        options: Which classifier, and how many images it is to look at.
        quiet: No progress bars.
    """

    def __init__(self, options: SharesConfig, *, quiet: bool) -> None:
        assert options.classifier is not None
        self.options = options
        self.name = options.classifier
        self.quiet = quiet
        self.victim = load_victim(self.name, device=choose_device(options.device))
        self.confusion = self._confusion()

    @property
    def accuracy(self) -> Estimate | None:
        """How often it is right on images that it has not learnt from."""
        return None if self.confusion is None else _accuracy(self.confusion)

    def names(self, count: int) -> tuple[str, ...]:
        """Names of the classes."""
        known = self.victim.classes or self.victim.titles
        return known or tuple(str(number) for number in range(count))

    def look_at_run(self, model: Sampler) -> CountedClasses:
        """Count what a run makes, rounded to bytes as it would be saved."""
        count = self.options.count
        name = str(model.run.path)
        with counting(f"{name} makes pictures", quiet=self.quiet) as progress:
            batches = model.batches(count, seed=self.options.seed, progress=progress)
            answers = self._answers(map(unscale, batches))
        return self._counted(name, answers)

    def look_at_source(self, name: str, source: Source) -> tuple[CountedClasses, Estimate | None]:
        """Count a source by its labels if the classifier knows these classes, else by looking.

        How often the classifier says the same as the labels comes too.
        """
        store = prepare_for(self.victim, source, quiet=self.quiet)
        chosen = choose_images(len(store), self.options.count, self.options.seed)
        images = ImageSubset(store.images, chosen)
        with counting(f"{self.name} looks at {name}", quiet=self.quiet) as progress:
            answers = self._answers(images.batches(_AT_ONCE, progress=progress))
        table = self._table(name, store.classes, answers)
        if store.labels is None or table is None:
            return self._counted(name, answers), None
        labels = torch.tensor(table)[torch.from_numpy(np.array(store.labels))]
        agreed = share(labels[chosen] == answers.argmax(dim=1))
        return _of_labels(name, labels.bincount(minlength=answers.shape[1])), agreed

    def _confusion(self) -> Confusion | None:
        if self.name in NAMED_VICTIMS or not is_run(expanded(self.name)):
            return None
        model = load(self.name, kind=Classifier, device=self.victim.device.type)
        try:
            found = held_out_confusion(model, quiet=self.quiet)
        except DataError as error:
            warn(f"how good {self.name} is, is not known: {error}", DataWarning, stacklevel=2)
            return None
        return found if int(found.sum()) else None

    def _counted(self, name: str, answers: ClassLogits) -> CountedClasses:
        counts = answers.argmax(dim=1).bincount(minlength=answers.shape[1])
        shares, corrected = class_shares(counts), False
        if self.confusion is not None:
            try:
                shares, corrected = corrected_shares(counts, self.confusion), True
            except DataError as error:
                warn(f"the shares are not corrected: {error}", DataWarning, stacklevel=2)
        return CountedClasses(
            name=name, by=self.name, counts=counts, shares=shares, corrected=corrected
        )

    def _answers(self, batches: Iterable[Bytes]) -> ClassLogits:
        return torch.cat(list(self._answer(batches)))

    def _answer(self, batches: Iterable[Bytes]) -> Iterator[ClassLogits]:
        with self.victim.classifier.frozen(), torch.no_grad():
            for batch in batches:
                images = batch.to(self.victim.device).float() / 255
                self.victim.classifier.classes(images)  # Or it is refused.
                yield self.victim.classifier(images).float().cpu()

    def _table(
        self, name: str, classes: tuple[str, ...], answers: ClassLogits
    ) -> tuple[int, ...] | None:
        """From the source's labels to the classifier's; None where these are other classes."""
        if not classes:
            return None
        try:
            return class_table(classes, self.victim, answers)
        except DataError as error:
            warn(f"the labels of {name} are not counted by: {error}", DataWarning, stacklevel=2)
            return None


def _accuracy(confusion: Confusion) -> Estimate:
    right, count = int(confusion.diagonal().sum()), int(confusion.sum())
    return share(torch.arange(count) < right)
