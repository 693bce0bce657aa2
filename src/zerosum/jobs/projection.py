"""Find the latents whose pictures are nearest to real pictures, and write both side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from zerosum.checks import require_sound
from zerosum.counting import counting
from zerosum.data import StoreSettings, as_spec
from zerosum.data.sources import UnreadableError
from zerosum.errors import DataError
from zerosum.families.loading import load
from zerosum.families.preparation import store_settings
from zerosum.features import load_features
from zerosum.files import cache_folder, writing
from zerosum.jobs.inputs import (
    Input,
    failures_to_json,
    find_inputs,
    fit_input,
    limit_of_pixels,
    output_names,
    require_inputs,
)
from zerosum.jobs.outputs import keeping_finished, require_free
from zerosum.latent.projection import Descent, Projection
from zerosum.media.images import save_png, tile, to_pictures
from zerosum.models.generator import Generator
from zerosum.types import Images

__all__ = ["ProjectOptions", "Projected", "ProjectedPicture", "project"]

_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class ProjectOptions:
    """How to project.

    Attributes:
        descent: How to look for the nearest picture.
        features: Name of a feature network to compare by, besides pixels; None: pixels alone.
        out: The folder to make; None for ``projected`` in the run folder.
        classes: The classes to look in, of a conditional run; none: all.
        checkpoint: ``latest``, or ``best`` for that of the best evaluation.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        pixel_limit: Pictures of more pixels are refused as decompression bombs; None: the run's.

    Example:
        >>> ProjectOptions(features="digits").descent.steps
        500
    """

    descent: Descent = field(default_factory=Descent)
    features: str | None = None
    out: Path | None = None
    classes: tuple[str | int, ...] = ()
    checkpoint: Literal["latest", "best"] = "latest"
    device: str = "auto"
    pixel_limit: int | None = None

    def __post_init__(self) -> None:
        require_sound(self)


@dataclass(frozen=True, kw_only=True)
class ProjectedPicture:
    """How near a picture's projection is, beside what costs nothing.

    Attributes:
        name: The picture's.
        distance: Of the projection.
        random: Of the nearest of the random samples.
        mean: Of the mean of the random samples.
    """

    name: str
    distance: float
    random: float
    mean: float


@dataclass(frozen=True, kw_only=True)
class Projected:
    """What `project` did.

    Attributes:
        out: The folder with a PNG (target, projection) and an ``.npz`` for each picture.
        pictures: How near each came.
        failed: (name, reason) of every picture that was passed over.

    Example:
        >>> Projected(out=Path("projected"), pictures=()).failed
        ()
    """

    out: Path
    pictures: tuple[ProjectedPicture, ...]
    failed: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "out": str(self.out),
            "pictures": [
                {
                    "picture": each.name,
                    "distance": each.distance,
                    "nearest_random": each.random,
                    "mean_picture": each.mean,
                }
                for each in self.pictures
            ],
            "failed": failures_to_json(self.failed),
        }


def project(
    run: str | Path,
    inputs: Sequence[str | Path],
    options: ProjectOptions | None = None,
    *,
    quiet: bool = False,
) -> Projected:
    """Project pictures, and write for each a PNG beside its target and the latent.

    A picture that cannot be read or brought to the run's shape is passed over.

    Args:
        run: The run folder.
        inputs: Picture files, folders (with all below them) and zip or tar archives of pictures.
        options: How.
        quiet: No progress bar.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> project("runs/dcgan-digits", ["no-such.jpg"])
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no-such.jpg does not exist; check the path.
    """
    options = options or ProjectOptions()
    specs = [as_spec(each) for each in inputs]
    require_inputs(specs)
    model = load(run, kind=Generator, device=options.device, checkpoint=options.checkpoint)
    if options.classes:
        model = model.of_class(*options.classes)
    device = model.latent.device  # Also refuses a run that translates, before anything is read.
    out = options.out or model.run.path / "projected"
    require_free(out)
    see = None
    if options.features is not None:
        see = load_features(options.features, cache=cache_folder(), device=device).see
    config = model.run.config()
    limit = limit_of_pixels(options.pixel_limit, config.pictures)
    inputs_found = find_inputs(specs, pixel_limit=limit)
    targets, failed = _read(inputs_found, store_settings(config))
    files = dict(zip(targets, output_names(list(targets)), strict=True))
    names = list(targets)
    pieces = [names[first : first + _AT_ONCE] for first in range(0, len(names), _AT_ONCE)]
    done: list[ProjectedPicture] = []
    with counting("projecting pictures", quiet=quiet) as progress:
        for number, piece in enumerate(pieces):

            def shown(step: int, steps: int, number: int = number) -> None:
                if progress is not None:
                    progress(number * steps + step, len(pieces) * steps)

            pictures = torch.cat([targets[name] for name in piece])
            found = model.project(pictures, descent=options.descent, see=see, progress=shown)
            done += _write(model, found, pictures, [(name, out / files[name]) for name in piece])
    return Projected(out=out, pictures=tuple(done), failed=tuple(failed))


def _read(
    found: Sequence[Input], settings: StoreSettings
) -> tuple[dict[str, Images], list[tuple[str, str]]]:
    """The pictures in the run's shape by name; and (name, reason) of those that are not."""
    targets: dict[str, Images] = {}
    failed = []
    for each in found:
        try:
            targets[each.name] = fit_input(each, settings)
        except UnreadableError as error:
            failed.append((each.name, error.reason))
        except DataError as error:
            failed.append((each.name, str(error)))
    return targets, failed


def _write(
    model: Generator, found: Projection, targets: Images, places: Sequence[tuple[str, Path]]
) -> list[ProjectedPicture]:
    """One PNG and one ``.npz`` for each picture."""
    done = []
    for row, (name, path) in enumerate(places):
        distance, random, mean = (
            values[row].item() for values in (found.distances, found.random, found.mean)
        )
        both = torch.stack([targets[row], found.images[row].clamp(-1, 1)])
        facts = model.facts(source=name, shows="target, projection", distance=f"{distance:.6g}")
        with keeping_finished(path.parent):
            save_png(to_pictures(tile(both, columns=2))[0], path, facts=facts)
            _save_point(path.with_suffix(".npz"), model.latent.symbol, found.points[row])
        done.append(ProjectedPicture(name=name, distance=distance, random=random, mean=mean))
    return done


def _save_point(path: Path, symbol: str, point: Tensor) -> None:
    with writing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **{symbol: point.numpy()})  # type: ignore[arg-type]
