"""Say of images whether a run made them: by what their files say, and by the run's detector."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from zerosum.config.commands.detect import DetectConfig
from zerosum.counting import counting
from zerosum.data import StoreSettings
from zerosum.families.preparation import store_settings
from zerosum.jobs.detector import CONDITIONS, Detector, HeldOut, detector_of
from zerosum.jobs.inputs import Input, failures_to_json, fit_input
from zerosum.jobs.opened import OpenedInputs
from zerosum.media.marks import Mark, read_marks
from zerosum.models.sampler import Sampler
from zerosum.types import Images

__all__ = ["Detected", "DetectedImage", "detect"]

_AT_ONCE = 64
_JPEG = b"\xff\xd8\xff"
_LOSSY = tuple(name for name in CONDITIONS if name.startswith("JPEG"))
_RESIZED = tuple(name for name in CONDITIONS if name.endswith("size and back"))


@dataclass(frozen=True, kw_only=True)
class DetectedImage:
    """What is known of where an image is from.

    Attributes:
        name: The image's.
        marks: What its file says.
        probability: How probable the detector takes it to be the run's, where half of all images
            are.
        tested: How good the detector is on held-out images after what may have befallen this one:
            of several things the one after which it is worst.
    """

    name: str
    marks: tuple[Mark, ...]
    probability: float
    tested: HeldOut

    @property
    def verdict(self) -> str:
        """The detector's: ``generated`` or ``real``.

        Example:
            >>> from zerosum.metrics import Estimate
            >>> half = Estimate(value=0.5, error=0.1)
            >>> of_coins = {"accuracy": half, "false_alarms": half, "misses": half}
            >>> tested = HeldOut(condition="JPEG 90", **of_coins)
            >>> DetectedImage(name="a.png", marks=(), probability=0.7, tested=tested).verdict
            'generated'
        """
        return "generated" if self.probability > 0.5 else "real"

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "picture": self.name,
            "marks": [mark.to_json() for mark in self.marks],
            "verdict": self.verdict,
            "probability": self.probability,
            "tested": self.tested.to_json(),
        }


@dataclass(frozen=True, kw_only=True)
class Detected:
    """The result of `detect`.

    Attributes:
        run: The run's name.
        images: In the order of the inputs.
        detector: Who gave the verdicts.
        failed: (name, reason) of every image that was passed over.
    """

    run: str
    images: tuple[DetectedImage, ...]
    detector: Detector
    failed: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "run": self.run,
            "pictures": [each.to_json() for each in self.images],
            "detector": {
                "new": self.detector.new,
                "protocol": dict(self.detector.protocol),
                "tested": [each.to_json() for each in self.detector.tested],
            },
            "failed": failures_to_json(self.failed),
        }


def detect(
    run: str | Path,
    inputs: Sequence[str | Path],
    options: DetectConfig | None = None,
    *,
    quiet: bool = False,
) -> Detected:
    """Say of images whether a run made them.

    An image that cannot be read or brought to the run's shape is passed over.

    Args:
        run: The run folder; its generator makes images from nothing.
        inputs: Image files, folders (with all below them) and zip or tar archives of images.
        options: How.
        quiet: No progress bars.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> detect("runs/dcgan-digits", ["no-such.jpg"])
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no-such.jpg does not exist; check the path.
    """
    options = options or DetectConfig()
    kind: type[Sampler] = Sampler  # type: ignore[type-abstract]
    opened = OpenedInputs(run, inputs, kind, options)
    listed = opened.find()
    detector = detector_of(opened.model, options, quiet=quiet)
    settings = store_settings(opened.model.run.config())
    done: list[DetectedImage] = []
    with counting("looking at pictures", quiet=quiet) as progress:
        for start in range(0, len(listed), _AT_ONCE):
            piece = listed[start : start + _AT_ONCE]
            done += _looked_at([*opened.use(piece, partial(_read, settings=settings))], detector)
            if progress is not None:
                progress(start + len(piece), len(listed))
    return Detected(
        run=opened.model.run.name,
        images=tuple(done),
        detector=detector,
        failed=tuple(opened.failed),
    )


@dataclass(frozen=True, kw_only=True)
class _Read:
    """An image as the detector sees it, what its file says, and what may have befallen it."""

    images: Images
    marks: tuple[Mark, ...]
    befallen: tuple[str, ...]


def _read(listed: Input, settings: StoreSettings) -> _Read:
    image = listed.read()
    content = listed.content() or b""
    known = Input(name=listed.name, read=lambda: image)
    return _Read(
        images=fit_input(known, settings),
        marks=tuple(read_marks(content)),
        befallen=_befallen(image, content, settings),
    )


def _befallen(image: Image.Image, content: bytes, settings: StoreSettings) -> tuple[str, ...]:
    """What the detector was tested after, and may have befallen an image."""
    height, width = settings.size
    lossy = _LOSSY if content.startswith(_JPEG) else ()
    resized = _RESIZED if image.size != (width, height) else ()
    return (*lossy, *resized) or (next(iter(CONDITIONS)),)


def _looked_at(found: Sequence[tuple[Input, _Read]], detector: Detector) -> list[DetectedImage]:
    if not found:
        return []
    probabilities = detector.probability(torch.cat([each.images for _, each in found]))
    return [
        DetectedImage(
            name=listed.name,
            marks=each.marks,
            probability=probability,
            tested=_worst(detector, each.befallen),
        )
        for (listed, each), probability in zip(found, probabilities, strict=True)
    ]


def _worst(detector: Detector, conditions: Sequence[str]) -> HeldOut:
    known = [each for each in detector.tested if each.condition in conditions]
    return min(known, key=lambda each: each.accuracy.value)
