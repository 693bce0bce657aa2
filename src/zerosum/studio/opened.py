"""Networks that the worker holds ready, for tasks; this module imports torch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from zerosum.data import scale
from zerosum.errors import CheckpointError, ConfigError
from zerosum.families.loading import load
from zerosum.families.victims import Victim, load_victim
from zerosum.lessons.packaged import packaged_model
from zerosum.media.images import data_address, to_images
from zerosum.models.base import KindT, Model, require
from zerosum.runs import Run
from zerosum.studio.held import Held
from zerosum.types import Images

__all__ = ["Opened", "addresses_of", "as_addresses", "model_of", "victim_of"]

_TRIES = 3
"""How often a checkpoint is read that is replaced meanwhile."""


@dataclass(frozen=True)
class Opened:
    """A trained model, and which file it is of.

    Attributes:
        model: The model, on the CPU.
        stamp: Another one when the checkpoint was replaced.
    """

    model: Any
    stamp: str

    @property
    def images_seen(self) -> int:
        """Real images that it was trained on."""
        seen: int = self.model.images_seen
        return seen


_held: Held[tuple[str, ...], tuple[Any, str]] = Held(4)
"""Networks, each with its stamp."""


def model_of(reference: dict[str, Any], kind: type[KindT]) -> Opened:
    """The trained model of a network; one whose checkpoint was replaced meanwhile is read anew.

    Args:
        reference: What a task is told as ``network``.
        kind: What the model is to be good for.

    Raises:
        ZerosumError: It is good for something else, or its files are damaged.
    """
    model, stamp = _holding("model", reference, _open_model)
    return Opened(model=require(model, kind), stamp=stamp)


def victim_of(reference: dict[str, Any]) -> tuple[Victim, str]:
    """A classifier as attacks want it, on pixels in [0, 1], and which file it is of.

    Args:
        reference: What a task is told as ``network``.

    Raises:
        ZerosumError: It does not classify, or its files are damaged.
    """
    victim, stamp = _holding("victim", reference, _open_victim)
    return victim, stamp


def as_addresses(images: Images) -> list[str]:
    """Pictures as pages show them.

    Args:
        images: Shape (n, c, h, w), in [-1, 1].

    Example:
        >>> [each[:22] for each in as_addresses(torch.zeros(1, 1, 4, 4))]
        ['data:image/png;base64,']
    """
    return [data_address(each) for each in to_images(images)]


def addresses_of(pixels: NDArray[np.uint8]) -> list[str]:
    """Bytes as pages show them.

    Args:
        pixels: Shape (n, h, w, c).

    Example:
        >>> addresses_of(np.zeros((0, 4, 4, 1), np.uint8))
        []
    """
    if not len(pixels):
        return []
    return as_addresses(scale(torch.from_numpy(pixels).permute(0, 3, 1, 2)))


def _holding(
    what: str,
    reference: dict[str, Any],
    open_it: Callable[[dict[str, Any]], Any],
    tries: int = _TRIES,
) -> tuple[Any, str]:
    name = (what, reference["key"], str(reference["path"]), reference["checkpoint"])
    stamp, held = _stamp(reference), _held.get(name)
    if held is not None and held[1] == stamp:
        return held
    try:
        opened = open_it(reference)
    except CheckpointError:
        if tries == 1 or _stamp(reference) == stamp:
            raise
        return _holding(what, reference, open_it, tries - 1)  # It has just been replaced.
    return _held.put(name, (opened, stamp))


def _stamp(reference: dict[str, Any]) -> str:
    if reference["path"] is None:
        return "packaged"
    run = Run(Path(reference["path"]))
    path = run.checkpoint_path if reference["checkpoint"] == "latest" else run.best_path
    try:
        about = path.stat()
    except OSError:
        return "gone"
    return f"{about.st_mtime_ns}-{about.st_size}-{about.st_ino}"


def _open_model(reference: dict[str, Any]) -> Model:
    if reference["path"] is not None:
        return load(reference["path"], device="cpu", checkpoint=reference["checkpoint"])
    if reference["key"] == "@digits":
        return packaged_model()
    raise ConfigError(f"{reference['key']} makes no pictures.")


def _open_victim(reference: dict[str, Any]) -> Victim:
    spec = reference["path"] or reference["key"].removeprefix("@")
    return load_victim(spec, device=torch.device("cpu"))
