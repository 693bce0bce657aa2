"""Classify pictures with a trained run, and test its classifier."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from zerosum.counting import counting
from zerosum.data import as_spec
from zerosum.errors import DataError
from zerosum.families.loading import load
from zerosum.families.preparation import store_settings
from zerosum.jobs.inputs import (
    Input,
    failures_to_json,
    find_inputs,
    fit_input,
    limit_of_pixels,
    require_inputs,
)
from zerosum.models.classifier import Classifier
from zerosum.types import Images

__all__ = ["Classified", "ClassifiedPicture", "classify"]

_AT_ONCE = 64


@dataclass(frozen=True, kw_only=True)
class ClassifiedPicture:
    """What a classifier takes a picture for.

    Attributes:
        name: The picture's.
        probabilities: Of the classes, by name, the most probable first.

    Example:
        >>> ClassifiedPicture(name="a.png", probabilities={"dog": 0.75, "cat": 0.25}).best
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
    """What `classify` found.

    Attributes:
        pictures: In the order of the inputs.
        failed: (name, reason) of every picture that was passed over.
    """

    pictures: tuple[ClassifiedPicture, ...]
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
    *,
    checkpoint: Literal["latest", "best"] = "latest",
    device: str = "auto",
    pixel_limit: int | None = None,
    quiet: bool = False,
) -> Classified:
    """Say of each picture which class it is of, by the classifier of a run.

    A picture that cannot be read or brought to the run's shape is passed over.

    Args:
        run: The run folder.
        inputs: Picture files, folders (with all below them) and zip or tar archives of pictures.
        checkpoint: ``latest``, or ``best`` for that of the best evaluation.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        pixel_limit: Pictures of more pixels are refused as decompression bombs; None: the run's.
        quiet: No progress bar.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> classify("runs/classifier", ["no-such.jpg"])
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no-such.jpg does not exist; check the path.
    """
    specs = [as_spec(each) for each in inputs]
    require_inputs(specs)
    model = load(run, kind=Classifier, device=device, checkpoint=checkpoint)
    limit = limit_of_pixels(pixel_limit, model.run.config().pictures)
    found = find_inputs(specs, pixel_limit=limit)
    done: list[ClassifiedPicture] = []
    failed: list[tuple[str, str]] = []
    with counting("classifying pictures", quiet=quiet) as progress:
        for start in range(0, len(found), _AT_ONCE):
            done += _classified(model, found[start : start + _AT_ONCE], failed)
            if progress is not None:
                progress(min(start + _AT_ONCE, len(found)), len(found))
    return Classified(pictures=tuple(done), failed=tuple(failed))


def _classified(
    model: Classifier, inputs: Sequence[Input], failed: list[tuple[str, str]]
) -> Iterator[ClassifiedPicture]:
    settings = store_settings(model.run.config())
    names: list[str] = []
    images: list[Images] = []
    for each in inputs:
        try:
            images.append(fit_input(each, settings))
            names.append(each.name)
        except DataError as error:
            failed.append((each.name, getattr(error, "reason", str(error))))
    if not images:
        return
    for name, row in zip(names, model.classify(torch.cat(images)), strict=True):
        order = row.argsort(descending=True).tolist()
        yield ClassifiedPicture(
            name=name, probabilities={model.classes[label]: row[label].item() for label in order}
        )
