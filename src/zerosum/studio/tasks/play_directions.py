"""Directions of a generator by a method, found once for each checkpoint."""

from pathlib import Path
from typing import Any

import torch

from zerosum.errors import ConfigError, DataError
from zerosum.latent.classes import ClassMeans, Judge, class_means
from zerosum.latent.directions import METHODS, find_directions
from zerosum.latent.kept import KeptDirection
from zerosum.studio.classifying import names_of
from zerosum.studio.opened import victim_of
from zerosum.studio.played import Played, played_of
from zerosum.types import Images, Labels, Progress

__all__ = ["PICTURES", "run"]

_MOST = 12
"""Directions by a method: the later ones change little."""
PICTURES = 2000
"""Pictures that a classifier looks at."""
_CLASSES = 50
"""Classes, the most frequent ones: nobody chooses among a thousand sliders."""
_FILES = 30
"""Files of found directions that are kept for a network."""


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Find directions, unless they are known, and keep them for the other tasks.

    Args:
        arguments: ``network``, ``kept``, ``found``; ``method``: pca, sefa, or class and perhaps a
            classifier's key behind a colon; ``judge``, that classifier, or null.
        progress: Called with (pictures judged, pictures to judge).

    Returns:
        ``directions``, each with ``method``, ``name``, and ``text``.
    """
    played, method = played_of(arguments), arguments["method"]
    known = played.found(method)
    if not len(known):
        _sweep(Path(arguments["found"]))
        if method in METHODS:
            steps = find_directions(played.space, method, _MOST)
            found = [
                KeptDirection(name=str(number), step=step, origin=f"{method} {number}")
                for number, step in enumerate(steps, start=1)
            ]
        else:
            found = _classes(played, arguments["judge"], progress)
        known.keep(*found)
    return {
        "directions": [
            {"method": method, "name": each.name, "text": each.origin} for each in known.values()
        ]
    }


def _classes(
    played: Played, reference: dict[str, Any] | None, progress: Progress
) -> list[KeptDirection]:
    """The directions towards each class: of the generator, or as a classifier sees its images."""
    own = played.model.conditional_classes
    if own is not None:
        names, judge = own.names, None
    else:
        if reference is None:
            raise ConfigError(
                "this generator knows no classes: choose a classifier that says of which each "
                "picture is."
            )
        names, judge = _judge_of(reference)
    means = class_means(played.space, len(names), judge, count=PICTURES, progress=progress)
    often = means.counts.argsort(descending=True, stable=True)[:_CLASSES].sort().values.tolist()
    found = [
        KeptDirection(name=str(label), step=step, origin=names[label])
        for label in often
        if (step := _step(means, label)) is not None
    ]
    if not found:
        raise DataError("the classifier takes all pictures for one class: no direction leads on.")
    return found


def _step(means: ClassMeans, label: int) -> torch.Tensor | None:
    try:
        return means.towards(label)[0]
    except DataError:  # No picture is of that class.
        return None


def _judge_of(reference: dict[str, Any]) -> tuple[tuple[str, ...], Judge]:
    """A classifier's classes, and how it judges images in [-1, 1]."""
    victim, _ = victim_of(reference)

    def judge(images: Images) -> Labels:
        with torch.no_grad():
            return victim.classifier((images.clamp(-1, 1) + 1) / 2).argmax(dim=1)

    return names_of(victim), judge


def _sweep(folder: Path) -> None:
    """Remove the oldest files, of checkpoints that are long replaced."""
    if folder.is_dir():
        files = sorted(folder.glob("*.safetensors"), key=lambda path: -path.stat().st_mtime_ns)
        for path in files[_FILES - 1 :]:
            path.unlink(missing_ok=True)
