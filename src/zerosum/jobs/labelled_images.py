"""The images of a source as a classifier is shown them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from zerosum.counting import counting
from zerosum.data import (
    Source,
    Store,
    StoreSettings,
    build_store,
    default_settings,
    open_source,
)
from zerosum.data.sources.base import spread
from zerosum.families.preparation import name_unreadable
from zerosum.families.victims import Victim
from zerosum.files import cache_folder
from zerosum.sizes import PIXEL_LIMIT
from zerosum.types import ClassLogits, Labels, Pixels

__all__ = ["LabelledImages", "prepare_for", "show"]


@dataclass(frozen=True, kw_only=True)
class LabelledImages:
    """Images with what their source says of them.

    Attributes:
        images: In [0, 1], in the size that the classifier takes.
        names: Of the images, within their source.
        labels: By the source's own numbers; None without.
        classes: The source's names of these.

    Example:
        >>> LabelledImages(images=torch.zeros(1, 1, 2, 2), names=("a.png",), labels=(1,),
        ...       classes=("cat", "dog")).labels_by((5, 3), torch.zeros(1, 10))
        tensor([3])
    """

    images: Pixels
    names: tuple[str, ...]
    labels: tuple[int, ...] | None
    classes: tuple[str, ...]

    def labels_by(self, table: Sequence[int], answers: ClassLogits) -> Labels:
        """The labels by the classifier's numbers.

        Args:
            table: From the source's numbers to the classifier's; empty: what it says is right.
            answers: What it says.
        """
        if not table:
            return answers.argmax(dim=1)
        assert self.labels is not None
        return torch.tensor([table[label] for label in self.labels], device=answers.device)

    def class_names(self, victim: Victim, table: Sequence[int]) -> tuple[str, ...]:
        """The names of the classifier's classes, as far as it or the source knows them."""
        if victim.classes or not table:
            return victim.classes or victim.titles
        known = victim.titles
        names = [*known, *(str(label) for label in range(len(known), max(table) + 1))]
        for name, label in zip(self.classes, table, strict=True):
            names[label] = name
        return tuple(names)


def show(
    data: str,
    victim: Victim,
    *,
    count: int,
    split: str | None = None,
    pixel_limit: int = PIXEL_LIMIT,
    quiet: bool = False,
) -> LabelledImages:
    """Some images of a source, spread evenly over it.

    Args:
        data: The source.
        victim: Who is to see them.
        count: At most so many.
        split: Which part; None for ``test`` where there is one.
        pixel_limit: Images of more pixels are refused as decompression bombs.
        quiet: No progress bar.

    Raises:
        DataError: There is no such source or split, or none of the images can be read.
    """
    source = open_source(data, split=split or "train")
    if split is None and "test" in source.splits:
        source = open_source(data, split="test")
    source.pixel_limit = pixel_limit
    store = prepare_for(victim, source, quiet=quiet)
    places = np.array(spread(len(store), count), dtype=np.int64)
    pixels = torch.from_numpy(np.ascontiguousarray(store.images[places]))
    # Where images were left out, those of the store no longer have the numbers of the source.
    complete = len(store) == len(source)
    return LabelledImages(
        images=pixels.permute(0, 3, 1, 2).float() / 255,
        names=tuple(source.image_name(i) if complete else f"picture {i}" for i in places.tolist()),
        labels=None if store.labels is None else tuple(store.labels[places].tolist()),
        classes=store.classes,
    )


def prepare_for(victim: Victim, source: Source, *, quiet: bool = False) -> Store:
    """The images of a source in the size and colours that a classifier takes.

    Args:
        victim: Who is to see them.
        source: Where they are.
        quiet: No progress bar.

    Raises:
        DataError: None of them can be read.
    """
    guessed = default_settings(source)
    settings = StoreSettings(
        size=victim.size or guessed.size,
        channels=victim.channels or min(guessed.channels, 3),
        enlarge=True,
    )
    with counting("preparing pictures", quiet=quiet) as progress:
        store = build_store(source, settings, cache=cache_folder(), progress=progress)
    name_unreadable(store)
    return store
