"""Draw images with the generator of a run, and write them: samples, walks, mixtures, edits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from zerosum.config.commands.edit import EditConfig
from zerosum.config.commands.mix import MixConfig
from zerosum.config.commands.sample import SampleConfig
from zerosum.config.commands.walk import WalkConfig
from zerosum.counting import counting
from zerosum.families.loading import load_run
from zerosum.models.generator import Generator
from zerosum.models.sampler import Sampler

__all__ = ["edit", "mix", "sample", "walk"]

SamplerT = TypeVar("SamplerT", bound=Sampler)

Tell = Callable[[Path], None]


@runtime_checkable
class _Options(Protocol):
    """What all jobs that draw can be told."""

    @property
    def classes(self) -> tuple[str | int, ...] | None: ...

    @property
    def checkpoint(self) -> Any: ...

    @property
    def device(self) -> str: ...


def sample(run: Path, options: SampleConfig, *, tell: Tell, quiet: bool = False) -> None:
    """Write new images of a run: a grid, each by itself, or both.

    Args:
        run: The run folder.
        options: Which, and where.
        tell: Is told of each file or folder, once it is written.
        quiet: No progress bar.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> sample(Path("runs/no-such"), SampleConfig(), tell=print)
        Traceback (most recent call last):
        ...
        zerosum.errors.RunError: there is no folder runs/no-such; ...
    """
    model = _load(run, options, Sampler)  # type: ignore[type-abstract]
    grid, out, seed = options.grid, options.out, options.seed
    if grid is None and out is None:
        grid = run / f"grid-{seed}.png"
    for save, path in ((model.save_grid, grid), (model.save, out)):
        if path is not None:
            with counting("drawing pictures", quiet=quiet) as progress:
                save(
                    path,
                    count=options.count,
                    seed=seed,
                    truncation=options.truncation,
                    progress=progress,
                )
            tell(path)


def walk(run: Path, options: WalkConfig, *, tell: Tell, quiet: bool = False) -> None:
    """Write an animation that walks from image to image and back to the first.

    Args:
        run: The run folder.
        options: By which images, and where to.
        tell: Is told of each file or folder, once it is written.
        quiet: No progress bar.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> walk(Path("runs/no-such"), WalkConfig(out=Path("walk.gif")), tell=print)
        Traceback (most recent call last):
        ...
        zerosum.errors.RunError: there is no folder runs/no-such; ...
    """
    model = _load(run, options, Generator)
    with counting("drawing frames", quiet=quiet) as progress:
        model.save_walk(
            options.out,
            seeds=options.seeds,
            frames=options.frames,
            seconds=options.seconds,
            columns=options.columns,
            truncation=options.truncation,
            progress=progress,
        )
    tell(options.out)


def mix(run: Path, options: MixConfig, *, tell: Tell) -> None:
    """Write mixtures of the styles of images: a table, each by itself, or both.

    Args:
        run: The run folder.
        options: Of which images, and where to.
        tell: Is told of each file or folder, once it is written.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> mix(Path("runs/no-such"), MixConfig(coarse=(1,), fine=(2,)), tell=print)
        Traceback (most recent call last):
        ...
        zerosum.errors.RunError: there is no folder runs/no-such; ...
    """
    model = _load(run, options, Generator)
    grid, out = options.grid, options.out
    if grid is None and out is None:
        grid = run / "mixtures.png"
    model.save_mix(
        coarse=options.rows,
        fine=options.columns,
        grid=grid,
        out=out,
        from_layer=options.from_layer,
        truncation=options.truncation,
    )
    for path in (grid, out):
        if path is not None:
            tell(path)


def edit(run: Path, options: EditConfig, *, tell: Tell) -> None:
    """Write a sheet of an image moved along directions of its latent space.

    Args:
        run: The run folder.
        options: Which image, which directions, and where to.
        tell: Is told of each file or folder, once it is written.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> edit(Path("runs/no-such"), EditConfig(), tell=print)
        Traceback (most recent call last):
        ...
        zerosum.errors.RunError: there is no folder runs/no-such; ...
    """
    model = _load(run, options, Generator)
    out = options.out or run / f"edits-{options.directions}-{options.seed}.png"
    model.save_edits(
        out,
        seed=options.seed,
        directions=options.directions,
        rows=options.rows,
        columns=options.columns,
        reach=options.reach,
    )
    tell(out)


def _load(run: Path, options: _Options, kind: type[SamplerT]) -> SamplerT:
    """The run's model, asked for the classes that are wanted."""
    model = load_run(run, kind=kind, device=options.device, checkpoint=options.checkpoint)
    return model.of_class(*options.classes) if options.classes else model
