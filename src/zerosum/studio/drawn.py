"""Drawings with a generator, as tasks are asked for them; this module imports torch."""

from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from zerosum.errors import ConfigError
from zerosum.families.preparation import store_settings
from zerosum.jobs.inputs import find_inputs, fit_input, require_inputs
from zerosum.latent import LatentSpace
from zerosum.latent.drawing import Bank, Stroke, Warp
from zerosum.models.generator import Generator
from zerosum.studio.held import Held
from zerosum.studio.opened import Opened, model_of
from zerosum.types import Images, Points

__all__ = ["Desk", "desk_for", "own_picture"]

_held: "Held[tuple[str, ...], Desk]" = Held(2)
"""Generators, with their random samples."""


@dataclass(frozen=True)
class Desk:
    """A generator to draw with.

    Attributes:
        opened: The generator.
        space: Its latent space.
        bank: Random samples of it.
    """

    opened: Opened
    space: LatentSpace
    bank: Bank

    @property
    def model(self) -> Generator:
        """The generator as a model."""
        model: Generator = self.opened.model
        return model

    def points(self, texts: list[str]) -> Points | None:
        """Points from what a page has kept of them; None where it has none.

        Args:
            texts: What `texts` gave.

        Raises:
            ConfigError: They are no points of this generator.
        """
        return torch.stack([self._point(text) for text in texts]) if texts else None

    def _point(self, text: str) -> Points:
        shape = self.space.centre.shape
        try:
            numbers = np.frombuffer(b64decode(text, validate=True), dtype="<f4")
        except (Error, ValueError):
            numbers = np.empty(0, dtype="<f4")
        point = torch.from_numpy(numbers.astype(np.float32))
        if len(point) not in (shape.numel(), shape[-1]) or not point.isfinite().all():
            raise ConfigError(
                "what the page has kept does not fit this generator (any more); begin anew."
            )
        return point.view(-1, *shape[1:]).expand(shape) if len(shape) > 1 else point

    def texts(self, points: Points) -> list[str]:
        """Points as text, for pages to keep; a style that is the same in all layers once.

        Args:
            points: Of this generator.
        """
        return [_text(point) for point in points.cpu().float()]

    def strokes(self, told: list[dict[str, Any]]) -> list[Stroke | Warp]:
        """Strokes from what a page tells of them.

        Args:
            told: Each with its ``kind``; a ``warp`` with the point of its picture, ``source``.

        Raises:
            ConfigError: Something is out of range.
        """
        return [self._warp(each) if each["kind"] == "warp" else _stroke(each) for each in told]

    def _warp(self, told: dict[str, Any]) -> Warp:
        point = self._point(told["source"])[None]
        return Warp(
            centre=tuple(told["centre"]),
            end=tuple(told["end"]),
            radius=told["radius"],
            picture=self.space.draw(point).cpu().clamp(-1, 1),
        )

    @property
    def background(self) -> str | None:
        """The background of its pictures as a page names colours, if they have one."""
        pixel = self.bank.background
        if pixel is None:
            return None
        parts = ((pixel.cpu()[:3] + 1) * 127.5).round().clamp(0, 255).int().tolist()
        red, green, blue = parts if len(parts) == 3 else parts[:1] * 3
        return f"#{red:02x}{green:02x}{blue:02x}"


def desk_for(reference: dict[str, Any]) -> Desk:
    """A generator to draw with; its random samples are drawn once.

    Args:
        reference: What a task is told as ``network``.

    Raises:
        ZerosumError: It makes no pictures from latents, or its files are damaged.
    """
    opened = model_of(reference, Generator)
    name = (reference["key"], str(reference["path"]), reference["checkpoint"])
    held = _held.get(name)
    if held is None or held.opened.stamp != opened.stamp:
        space = opened.model.latent
        held = Desk(opened=opened, space=space, bank=Bank(space))
    return _held.put(name, held)


def own_picture(model: Generator, path: str, *, invert: bool) -> Images:
    """A picture of the reader's, as the generator's pictures are.

    Args:
        model: The generator.
        path: The file.
        invert: Light becomes dark, and dark light.

    Returns:
        Shape (1, c, h, w), in [-1, 1].

    Raises:
        DataError: There is no such file, or it cannot be brought to that shape.
    """
    require_inputs([path])
    (found,) = find_inputs([str(Path(path))])
    settings = replace(store_settings(model.run.config()), enlarge=True)
    image = fit_input(found, settings)
    return -image if invert else image


def _stroke(told: dict[str, Any]) -> Stroke:
    return Stroke(
        kind=told["kind"],
        places=tuple((x, y) for x, y in told["places"]),
        width=told["width"],
        colour=told["colour"],
    )


def _text(point: torch.Tensor) -> str:
    if point.ndim > 1 and bool((point == point[:1]).all()):
        point = point[0]
    return b64encode(point.numpy().astype("<f4").tobytes()).decode("ascii")
