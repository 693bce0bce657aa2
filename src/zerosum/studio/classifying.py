"""Pictures before a classifier, as tasks ask it; this module imports torch."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from typing_extensions import TypedDict

from zerosum.data import StoreSettings
from zerosum.families.preparation import store_settings
from zerosum.families.victims import Victim
from zerosum.jobs.one_image import OneImage, class_names, read_for
from zerosum.media.images import data_address, to_images
from zerosum.runs import Run
from zerosum.studio.held import Held
from zerosum.studio.opened import victim_of
from zerosum.types import Pixels

__all__ = ["Likely", "address_of", "image_of", "most_likely", "names_of"]

_SHOWN = 10
"""Classes of which a page is told the probability."""
_ANY = (224, 224)
"""The size of a picture for a classifier that takes any."""

_held: Held[tuple[str, str, str], OneImage] = Held(16)
"""Images, each with its logits."""


class Likely(TypedDict):
    """A class, and how probable the classifier takes it to be."""

    label: int
    name: str
    probability: float


def image_of(arguments: dict[str, Any]) -> OneImage:
    """The picture that a task is asked about, before its classifier.

    Args:
        arguments: The task's: ``network``, and ``picture``, the path of a file whose name tells
            what is in it.

    Raises:
        ZerosumError: The classifier or the picture cannot be used.
    """
    reference, path = arguments["network"], Path(arguments["picture"])
    victim, stamp = victim_of(reference)
    name = (reference["key"], stamp, str(path))
    image = _held.get(name)
    if image is None:
        image = OneImage(victim, read_for(victim, path, _settings(reference, victim)))
    return _held.put(name, image)


def _settings(reference: dict[str, Any], victim: Victim) -> StoreSettings | None:
    """How a run's classifier is shown pictures: as those that it has learnt from."""
    if reference["path"] is None:
        return None
    return store_settings(Run.open(Path(reference["path"])).config(), victim.size)


def most_likely(image: OneImage, logits: Tensor, *, also: int | None = None) -> list[Likely]:
    """The most probable classes, the first one first.

    Args:
        image: Whose classes.
        logits: What the classifier gave, shape (1, k).
        also: A class that is to be among them.
    """
    probabilities = logits.softmax(dim=1)[0]
    order = probabilities.argsort(descending=True).tolist()
    shown = order[:_SHOWN]
    if also is not None and also not in shown:
        shown[-1] = also
    names = image.names
    return [
        Likely(label=label, name=names[label], probability=float(probabilities[label]))
        for label in shown
    ]


def names_of(victim: Victim) -> tuple[str, ...]:
    """What a classifier's classes are called, by label."""
    with victim.classifier.frozen():
        grey = torch.full((1, victim.channels or 3, *(victim.size or _ANY)), 0.5)
        return class_names(victim, victim.classifier.classes(grey))


def address_of(pixels: Pixels) -> str:
    """A picture in [0, 1] as pages show it.

    Args:
        pixels: Shape (1, c, h, w).
    """
    return data_address(to_images(pixels * 2 - 1)[0])
