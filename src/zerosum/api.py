"""What a user does with zerosum, as functions.

The command line is a thin layer over this module and `zerosum.jobs`.
"""

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from zerosum import jobs
from zerosum.config import EvaluateConfig, RunConfig, change
from zerosum.config.commands.project import ProjectConfig
from zerosum.config.commands.resume import ResumeConfig
from zerosum.config.commands.translate import TranslateConfig
from zerosum.data import as_spec
from zerosum.evaluation.comparing import Comparison
from zerosum.evaluation.protocol import Scores
from zerosum.families.loading import load_run as load
from zerosum.models.base import KindT, Model
from zerosum.recipes import recipe as find_recipe

__all__ = ["Model", "compare", "evaluate", "load", "project", "resume", "train", "translate"]

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
SettingsT = TypeVar("SettingsT")


def _told_by(settings: type[Any]) -> Callable[[FunctionT], FunctionT]:
    """Let ``help`` and notebooks know a command's settings as arguments of its function."""
    hints, known = get_type_hints(settings), signature(settings).parameters.values()
    fields = [each.replace(annotation=hints[each.name]) for each in known]

    def tell(function: FunctionT) -> FunctionT:
        own = signature(function)
        named = [each for each in own.parameters.values() if each.kind != Parameter.VAR_KEYWORD]
        function.__signature__ = own.replace(parameters=[*named, *fields])  # type: ignore[attr-defined]
        return function

    return tell


def _settings(kind: type[SettingsT], how: Mapping[str, Any]) -> SettingsT:
    """A command's settings; texts may stand for paths, and paths for sources."""
    hints = get_type_hints(kind)
    return kind(**{name: _as(hints.get(name), value) for name, value in how.items()})


def _as(hint: Any, value: Any) -> Any:
    if isinstance(value, str) and Path in get_args(hint):
        return Path(value)
    return as_spec(value) if isinstance(value, Path) and Path not in get_args(hint) else value


def _listed(inputs: str | Path | Sequence[str | Path]) -> Sequence[str | Path]:
    return [inputs] if isinstance(inputs, str | Path) else inputs


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
        data: Source of the real images instead of the recipe's.
        images: Real images to see in all.
        batch_size: Real images in a round.
        seed: From which all random numbers follow.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        fields: Any other fields, named as on the command line:
            ``{"game.generator.base_channels": 32}``.
        out: The run folder to make; by default the next free ``runs/RECIPE``.
        go_on: Go on with the run, if the folder holds it already.
        quiet: Few lines instead of a progress bar.

    Raises:
        ZerosumError: A setting, the data or the folder does not do; the message says what to do.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> narrow = {"game.generator.base_channels": 4, "game.discriminator.base_channels": 4}
        >>> narrow["evaluate_every"] = 0
        >>> tiny = {"images": 64, "batch_size": 16, "device": "cpu", "fields": narrow}
        >>> with TemporaryDirectory() as folder:
        ...     model = train("dcgan-digits", **tiny, out=f"{folder}/run", quiet=True)
        >>> model.images_seen, model.sample(2).shape
        (64, torch.Size([2, 1, 28, 28]))
    """
    config = find_recipe(recipe) if isinstance(recipe, str) else recipe
    arguments = {
        "data": None if data is None else as_spec(data),
        "images": images,
        "batch_size": batch_size,
        "seed": seed,
        "device": device,
    }
    given = {name: value for name, value in arguments.items() if value is not None}
    config = change(config, {**(fields or {}), **given})
    place = None if out is None else Path(out)
    outcome = jobs.train_run(config, out=place, go_on=go_on, quiet=quiet)
    return load(outcome.run.path, kind=kind, device=config.device)


@_told_by(ResumeConfig)
def resume(
    run: str | Path,
    *,
    kind: type[KindT] = Model,  # type: ignore[assignment]
    settings: Mapping[str, Any] | None = None,
    quiet: bool = False,
    **how: Any,
) -> KindT:
    """Go on with a run from its checkpoint, bit for bit, and return the trained model.

    Args:
        run: The run folder.
        kind: What the model is to be good for, as for `train`.
        settings: Other settings that may change on the way, by name: ``evaluate_count``,
            ``evaluate_features``, ``compile``...
        quiet: Few lines instead of a progress bar.
        how: Fields of `zerosum.config.ResumeConfig`, named as the options of
            ``zerosum resume``: ``images``, ``device``, ``data``, ``stretch``, ``log_every``...

    Raises:
        ZerosumError: The run cannot go on so; the message says what to do.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> narrow = {"game.generator.base_channels": 4, "game.discriminator.base_channels": 4}
        >>> narrow["evaluate_every"] = 0
        >>> tiny = {"images": 32, "batch_size": 16, "device": "cpu", "fields": narrow}
        >>> with TemporaryDirectory() as folder:
        ...     _ = train("dcgan-digits", **tiny, out=f"{folder}/run", quiet=True)
        ...     resume(f"{folder}/run", images=64, quiet=True).images_seen
        64
    """
    options = _settings(ResumeConfig, how)
    outcome = jobs.resume_run(
        Path(run),
        images=options.images,
        stretch=options.stretch,
        device=options.device,
        **options.moved,
        settings={**options.changes, **(settings or {})},
        quiet=quiet,
    )
    return load(outcome.run.path, kind=kind, device=outcome.run.config().device)


@_told_by(EvaluateConfig)
def evaluate(subject: str | Path, *, quiet: bool = False, **how: Any) -> Scores:
    """Score the images of a run, or of any source, against real ones.

    Args:
        subject: A run folder, or a source of images.
        quiet: No progress bars.
        how: Fields of `zerosum.config.EvaluateConfig`, named as the options of
            ``zerosum evaluate``: ``against``, ``features="digits"``, ``metrics="frechet,prdc"``...

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> scores = evaluate("digits", against="digits", features="pixels", count=200, quiet=True)
        >>> scores.leading, scores.protocol.generated
        ('KD-pixels', 200)
    """
    return jobs.evaluate(as_spec(subject), _settings(EvaluateConfig, how), quiet=quiet).scores


@_told_by(TranslateConfig)
def translate(
    run: str | Path,
    inputs: str | Path | Sequence[str | Path],
    *,
    quiet: bool = False,
    **how: Any,
) -> jobs.Translated:
    """Turn images of one domain into the other, of any size, and write one PNG for each.

    Args:
        run: The run folder.
        inputs: Image files, folders (with all below them), zip or tar archives.
        quiet: No progress bar.
        how: Fields of `zerosum.config.TranslateConfig`, named as the options
            of ``zerosum translate``: ``direction="b2a"``, ``out``, ``page``, ``tile``...

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
    return jobs.translate(run, _listed(inputs), _settings(TranslateConfig, how), quiet=quiet)


@_told_by(ProjectConfig)
def project(
    run: str | Path,
    inputs: str | Path | Sequence[str | Path],
    *,
    quiet: bool = False,
    **how: Any,
) -> jobs.Projected:
    """Find the latents whose images are nearest to real images; write both side by side.

    Args:
        run: The run folder.
        inputs: Image files, folders (with all below them), zip or tar archives.
        quiet: No progress bar.
        how: Fields of `zerosum.config.ProjectConfig`, named as the options of
            ``zerosum project``: ``steps=100``, ``features="digits"``, ``classes``, ``out``...

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
    return jobs.project(run, _listed(inputs), _settings(ProjectConfig, how), quiet=quiet)


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
