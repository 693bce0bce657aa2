"""What a user does with zerosum, as functions.

The command line is a thin layer over this module and `zerosum.jobs`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from zerosum import jobs
from zerosum.config import EvaluateConfig, RunConfig, change
from zerosum.data import as_spec
from zerosum.evaluation.comparing import Comparison
from zerosum.evaluation.protocol import Scores
from zerosum.families.loading import load_run as load
from zerosum.latent.projection import Descent
from zerosum.models.base import KindT, Model
from zerosum.recipes import recipe as find_recipe

__all__ = ["Model", "compare", "evaluate", "load", "project", "resume", "train", "translate"]


def train(
    recipe: str | RunConfig,
    *,
    kind: type[KindT] = Model,  # type: ignore[assignment]
    data: str | Path | None = None,
    images: int | None = None,
    batch_size: int | None = None,
    seed: int | None = None,
    device: str | None = None,
    fields: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    go_on: bool = False,
    quiet: bool = False,
) -> KindT:
    """Train by a recipe and return the trained model.

    Args:
        recipe: A name (``zerosum recipes`` lists them), or a configuration of your own.
        kind: What the model is to be good for, for who checks types: `Generator`, `Translator`,
            `Classifier`, `LearnedAttack`.
        data: Source of the real pictures instead of the recipe's.
        images: Real images to see in all.
        batch_size: Real images in a round.
        seed: From which all random numbers follow.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        fields: Any other fields, named as on the command line: ``{"game.generator.width": 32}``.
        out: The run folder to make; by default the next free ``runs/RECIPE``.
        go_on: Go on with the run, if the folder holds it already.
        quiet: Few lines instead of a progress bar.

    Raises:
        ZerosumError: A setting, the data or the folder does not do; the message says what to do.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> narrow = {"game.generator.width": 4, "game.discriminator.width": 4}
        >>> narrow["evaluate_every"] = 0
        >>> tiny = {"images": 64, "batch_size": 16, "device": "cpu", "fields": narrow}
        >>> with TemporaryDirectory() as folder:
        ...     model = train("dcgan-digits", **tiny, out=f"{folder}/run", quiet=True)
        >>> model.images, model.sample(2).shape
        (64, torch.Size([2, 1, 28, 28]))
    """
    config = find_recipe(recipe) if isinstance(recipe, str) else recipe
    asked = {
        "data": None if data is None else as_spec(data),
        "images": images,
        "batch_size": batch_size,
        "seed": seed,
        "device": device,
    }
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    config = change(config, {**(fields or {}), **given})
    place = None if out is None else Path(out)
    outcome = jobs.train_run(config, out=place, go_on=go_on, quiet=quiet)
    return load(outcome.run.path, kind=kind, device=config.device)


def resume(
    run: str | Path,
    *,
    kind: type[KindT] = Model,  # type: ignore[assignment]
    images: int | None = None,
    device: str | None = None,
    data: str | Path | None = None,
    data_a: str | Path | None = None,
    data_b: str | Path | None = None,
    stretch: bool = False,
    settings: Mapping[str, Any] | None = None,
    quiet: bool = False,
) -> KindT:
    """Go on with a run from its checkpoint, bit for bit, and return the trained model.

    Args:
        run: The run folder.
        kind: What the model is to be good for, as for `train`.
        images: Real images to see in all, instead of what the run was made for.
        device: Another device than the run's.
        data: Where the pictures are now, if they have moved since; they must be the same ones.
        data_a: Likewise for domain A, or the source.
        data_b: Likewise for domain B, or the target.
        stretch: Scale the schedules of the learning rates to the new number of images.
        settings: Other settings that may change on the way, by name: ``log_every``,
            ``sample_every``, ``evaluate_every``, ``checkpoint_seconds``, ``on_collapse``...
        quiet: Few lines instead of a progress bar.

    Raises:
        ZerosumError: The run cannot go on so; the message says what to do.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> narrow = {"game.generator.width": 4, "game.discriminator.width": 4}
        >>> narrow["evaluate_every"] = 0
        >>> tiny = {"images": 32, "batch_size": 16, "device": "cpu", "fields": narrow}
        >>> with TemporaryDirectory() as folder:
        ...     _ = train("dcgan-digits", **tiny, out=f"{folder}/run", quiet=True)
        ...     resume(f"{folder}/run", images=64, quiet=True).images
        64
    """
    a, b = (None if each is None else as_spec(each) for each in (data_a, data_b))
    where = None if data is None else as_spec(data)
    outcome = jobs.resume_run(
        Path(run),
        images=images,
        stretch=stretch,
        device=device,
        data=where,
        data_a=a,
        data_b=b,
        settings=settings,
        quiet=quiet,
    )
    return load(outcome.run.path, kind=kind, device=outcome.run.config().device)


def evaluate(
    subject: str | Path, *, against: str | Path | None = None, quiet: bool = False, **how: Any
) -> Scores:
    """Score the pictures of a run, or of any source, against real ones.

    Args:
        subject: A run folder, or a source of pictures.
        against: Source of the real pictures; by default those that the run was trained on.
        quiet: No progress bars.
        how: Fields of `zerosum.config.EvaluateConfig`, named as the options of
            ``zerosum evaluate``: ``features="digits"``, ``metrics="frechet,prdc"``, ``count``...

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> found = evaluate("digits", against="digits", features="pixels", count=200, quiet=True)
        >>> found.leading, found.protocol.generated
        ('KD-pixels', 200)
    """
    config = EvaluateConfig(against=None if against is None else as_spec(against), **how)
    return jobs.evaluate(as_spec(subject), config, quiet=quiet).scores


def translate(
    run: str | Path,
    inputs: str | Path | Sequence[str | Path],
    *,
    direction: Literal["a2b", "b2a"] | None = None,
    out: str | Path | None = None,
    page: str | Path | None = None,
    split: str | None = None,
    checkpoint: Literal["latest", "best"] = "latest",
    device: str = "auto",
    tile: int = 1024,
    pixel_limit: int | None = None,
    quiet: bool = False,
) -> jobs.Translated:
    """Turn pictures of one domain into the other, of any size, and write one PNG for each.

    Args:
        run: The run folder.
        inputs: Picture files, folders (with all below them), zip or tar archives.
        direction: ``a2b`` or ``b2a``; by default the run's first.
        out: Folder for the translations; by default ``translated-a2b`` or so in the run folder.
        page: HTML file that shows pictures, translations and those translated back.
        split: Which part of folders and archives; by default the domain that the direction goes
            from, for tests if there are any; else everything.
        checkpoint: ``latest``, or ``best`` for that of the best evaluation.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        tile: Pictures of more than tile x tile pixels are translated in tiles of this side.
        pixel_limit: Pictures of more pixels are refused as decompression bombs; None: the run's.
        quiet: No progress bar.

    Returns:
        How many were translated, where they are, and what was passed over and why.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> translate("runs/cyclegan", "no-such.jpg")
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no-such.jpg does not exist; check the path.
    """
    options = jobs.TranslateOptions(
        direction=direction,
        split=split,
        out=None if out is None else Path(out),
        page=None if page is None else Path(page),
        checkpoint=checkpoint,
        device=device,
        tile=tile,
        pixel_limit=pixel_limit,
    )
    named = [inputs] if isinstance(inputs, str | Path) else inputs
    return jobs.translate(run, named, options, quiet=quiet)


def project(
    run: str | Path,
    inputs: str | Path | Sequence[str | Path],
    *,
    steps: int = 500,
    seed: int = 0,
    features: str | None = None,
    classes: Sequence[str | int] = (),
    out: str | Path | None = None,
    checkpoint: Literal["latest", "best"] = "latest",
    device: str = "auto",
    quiet: bool = False,
) -> jobs.Projected:
    """Find the latents whose pictures are nearest to real pictures; write both side by side.

    Args:
        run: The run folder.
        inputs: Picture files, folders (with all below them), zip or tar archives.
        steps: Of gradient descent.
        seed: Of the random pictures to begin with.
        features: A feature network to compare by, besides pixels: ``digits``, ``inception``...
        classes: The classes to look in, of a conditional run; none: all.
        out: Folder to make; by default ``projected`` in the run folder.
        checkpoint: ``latest``, or ``best`` for that of the best evaluation.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        quiet: No progress bar.

    Returns:
        How near each came, where they are, and what was passed over and why.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> project("runs/dcgan-digits", "no-such.jpg")
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no-such.jpg does not exist; check the path.
    """
    options = jobs.ProjectOptions(
        descent=Descent(steps=steps, seed=seed),
        features=features,
        classes=tuple(classes),
        out=None if out is None else Path(out),
        checkpoint=checkpoint,
        device=device,
    )
    named = [inputs] if isinstance(inputs, str | Path) else inputs
    return jobs.project(run, named, options, quiet=quiet)


def compare(runs: Sequence[str | Path]) -> Comparison:
    """Set the scores of runs side by side; only those of one protocol.

    Raises:
        RunError: A folder is no run.
        ConfigError: A run has no scores, or they were not scored by one protocol.

    Example:
        >>> compare(["no-run"])
        Traceback (most recent call last):
        ...
        zerosum.errors.RunError: there is no folder no-run; ...
    """
    return jobs.compare_runs([Path(run) for run in runs])
