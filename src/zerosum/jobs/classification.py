"""Classify images with a trained run, and test its classifier."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from zerosum.config.commands.classify import ClassifyConfig
from zerosum.counting import counting
from zerosum.families.preparation import store_settings
from zerosum.jobs.inputs import failures_to_json, fit_input
from zerosum.jobs.opened import OpenedInputs
from zerosum.models.classifier import Classifier
from zerosum.types import Images

__all__ = ["Classified", "ClassifiedImage", "classify"]

_AT_ONCE = 64


@dataclass(frozen=True, kw_only=True)
class ClassifiedImage:
    """The class probabilities of one image.

    Attributes:
        name: The image's.
        probabilities: Of the classes, by name, the most probable first.

    Example:
        >>> ClassifiedImage(name="a.png", probabilities={"dog": 0.75, "cat": 0.25}).best
        ('dog', 0.75)
    """

    name: str
    probabilities: Mapping[str, float]

    @property
    def best(self) -> tuple[str, float]:
        """The most probable class, and how sure the classifier is of it."""
        return next(iter(self.probabilities.items()))


@dataclass(frozen=True, kw_only=True)
class Classified:
    """The result of `classify`.

    Attributes:
        images: In the order of the inputs.
        failed: (name, reason) of every image that was passed over.
    """

    pictures: tuple[ClassifiedImage, ...]
    failed: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values.

        Example:
            >>> Classified(pictures=(), failed=(("a.png", "truncated"),)).to_json()
            {'pictures': [], 'failed': [{'picture': 'a.png', 'reason': 'truncated'}]}
        """
        return {
            "pictures": [
                {
                    "picture": each.name,
                    "class": each.best[0],
                    "confidence": each.best[1],
                    "probabilities": dict(each.probabilities),
                }
                for each in self.pictures
            ],
            "failed": failures_to_json(self.failed),
        }


def classify(
    run: str | Path,
    inputs: Sequence[str | Path],
    options: ClassifyConfig | None = None,
    *,
    quiet: bool = False,
) -> Classified:
    """Classify images with the classifier of a run.

    An image that cannot be read or brought to the run's shape is passed over.

    Args:
        run: The run folder.
        inputs: Image files, folders (with all below them) and zip or tar archives of images.
        options: How.
        quiet: No progress bar.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> classify("runs/classifier", ["no-such.jpg"])
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no-such.jpg does not exist; check the path.
    """
    opened = OpenedInputs(run, inputs, Classifier, options or ClassifyConfig())
    settings = store_settings(opened.model.run.config())
    listed = opened.find()
    done: list[ClassifiedImage] = []
    with counting("classifying pictures", quiet=quiet) as progress:
        for start in range(0, len(listed), _AT_ONCE):
            piece = listed[start : start + _AT_ONCE]
            fitted = opened.use(piece, partial(fit_input, settings=settings))
            done += _classified(opened.model, [(each.name, images) for each, images in fitted])
            if progress is not None:
                progress(start + len(piece), len(listed))
    return Classified(pictures=tuple(done), failed=tuple(opened.failed))


def _classified(
    model: Classifier, named: Sequence[tuple[str, Images]]
) -> Iterator[ClassifiedImage]:
    if not named:
        return
    answers = model.classify(torch.cat([images for _, images in named]))
    for (name, _), row in zip(named, answers, strict=True):
        order = row.argsort(descending=True).tolist()
        yield ClassifiedImage(
            name=name, probabilities={model.classes[label]: row[label].item() for label in order}
        )
