"""Find the latents whose images are nearest to real images, and write both side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from zerosum.config.commands.project import ProjectConfig
from zerosum.counting import counting
from zerosum.families.preparation import store_settings
from zerosum.features import load_features
from zerosum.files import cache_folder, writing
from zerosum.jobs.inputs import failures_to_json, fit_input, output_names
from zerosum.jobs.opened import OpenedInputs
from zerosum.jobs.outputs import keeping_finished
from zerosum.latent.projection import Descent, Projection
from zerosum.media.images import save_png, tile, to_images
from zerosum.models.generator import Generator
from zerosum.types import Images

__all__ = ["Projected", "ProjectedImage", "project"]

_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class ProjectedImage:
    """The distance of an image's projection, beside that of baselines.

    Attributes:
        name: The image's.
        distance: Of the result.
        random: Of the nearest of the random samples.
        mean: Of the mean of the random samples.
    """

    name: str
    distance: float
    random: float
    mean: float


@dataclass(frozen=True, kw_only=True)
class Projected:
    """The result of `project`.

    Attributes:
        out: The folder with a PNG (target, projection) and an ``.npz`` for each image.
        images: How near each came.
        failed: (name, reason) of every image that was passed over.

    Example:
        >>> Projected(out=Path("projected"), pictures=()).failed
        ()
    """

    out: Path
    pictures: tuple[ProjectedImage, ...]
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
    options: ProjectConfig | None = None,
    *,
    quiet: bool = False,
) -> Projected:
    """Project images, and write for each a PNG beside its target and the latent.

    An image that cannot be read or brought to the run's shape is passed over.

    Args:
        run: The run folder.
        inputs: Image files, folders (with all below them) and zip or tar archives of images.
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
    options = options or ProjectConfig()
    descent = Descent(steps=options.steps, starts=options.starts, seed=options.seed)
    opened = OpenedInputs(run, inputs, Generator, options, out=options.out)
    model = opened.model.of_class(*options.classes) if options.classes else opened.model
    device = model.latent.device
    out = opened.folder("projected")
    extract = None
    if options.features is not None:
        extract = load_features(options.features, cache=cache_folder(), device=device).extract
    fit = partial(fit_input, settings=store_settings(model.run.config()))
    # All are read first: one that cannot be read is named before minutes of descent.
    read = [(each.name, images) for each, images in opened.use(opened.find(), fit)]
    names, targets = [name for name, _ in read], dict(read)
    files = dict(zip(names, output_names(names, do="project", made="projections"), strict=True))
    pieces = [names[first : first + _AT_ONCE] for first in range(0, len(names), _AT_ONCE)]
    done: list[ProjectedImage] = []
    with counting("projecting pictures", quiet=quiet) as progress:
        for number, piece in enumerate(pieces):

            def shown(step: int, steps: int, number: int = number) -> None:
                if progress is not None:
                    progress(number * steps + step, len(pieces) * steps)

            images = torch.cat([targets[name] for name in piece])
            result = model.project(images, descent=descent, extract=extract, progress=shown)
            done += _write(model, result, images, [(name, out / files[name]) for name in piece])
    return Projected(out=out, pictures=tuple(done), failed=tuple(opened.failed))


def _write(
    model: Generator, result: Projection, targets: Images, places: Sequence[tuple[str, Path]]
) -> list[ProjectedImage]:
    """One PNG and one ``.npz`` for each image."""
    done = []
    for row, (name, path) in enumerate(places):
        distance, random, mean = (
            values[row].item() for values in (result.distances, result.random, result.mean)
        )
        both = torch.stack([targets[row], result.images[row].clamp(-1, 1)])
        facts = model.facts(source=name, shows="target, projection", distance=f"{distance:.6g}")
        with keeping_finished(path.parent):
            save_png(to_images(tile(both, columns=2))[0], path, facts=facts)
            _save_point(path.with_suffix(".npz"), model.latent.symbol, result.points[row])
        done.append(ProjectedImage(name=name, distance=distance, random=random, mean=mean))
    return done


def _save_point(path: Path, symbol: str, point: Tensor) -> None:
    with writing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **{symbol: point.numpy()})  # type: ignore[arg-type]
