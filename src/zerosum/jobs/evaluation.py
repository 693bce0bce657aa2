"""Score a run, or any images, against real ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from zerosum.config import EvaluateConfig
from zerosum.counting import counting
from zerosum.data import build_store, default_settings, is_named, open_source
from zerosum.errors import ConfigError
from zerosum.evaluation.extraction import ImageSubset, choose_images
from zerosum.evaluation.records import append_scores, require_appendable
from zerosum.families import family_of
from zerosum.families.preparation import describe, name_unreadable
from zerosum.families.scoring import (
    AllSides,
    Evaluated,
    Sides,
    refuse_baseline,
    score_images,
)
from zerosum.files import cache_folder, require_writable
from zerosum.runs import Run, is_run
from zerosum.sizes import in_pixels

__all__ = ["Evaluated", "evaluate"]


def evaluate(
    subject: str, options: EvaluateConfig | None = None, *, quiet: bool = False
) -> Evaluated:
    """Score the images of a run or of a source against real ones.

    A run's scores are appended to its ``scores.jsonl``.

    Args:
        subject: A run folder, or a source of images.
        options: How.
        quiet: No progress bars.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> half = EvaluateConfig(against="digits", count=500, features="pixels", device="cpu")
        >>> evaluated = evaluate("digits", half, quiet=True)  # Digits among themselves.
        >>> evaluated.scores.scores["KD-pixels"].estimate.value < 0.01
        True
    """
    options = options or EvaluateConfig()
    of_run = not is_named(subject) and is_run(Path(subject))
    if not of_run and any(options.moved.values()):
        raise ConfigError(f"--data says where a run's pictures are now, and {subject} is no run.")
    if not of_run and options.against is None:
        raise ConfigError(
            f"{subject} is no run, so say what to compare its pictures with: "
            f"zerosum evaluate {subject} --against SOURCE."
        )
    if options.picture is not None:
        require_writable(options.picture.parent)
    if of_run:
        return _evaluate_run(subject, options, quiet=quiet)
    refuse_baseline(subject, options)

    def sides() -> AllSides:
        yield "", _two_sources(subject, options, quiet)

    return score_images(subject, options, sides, quiet=quiet)


def _evaluate_run(subject: str, options: EvaluateConfig, *, quiet: bool) -> Evaluated:
    run = Run.open(Path(subject))
    require_appendable(run.scores_path)
    evaluated: Evaluated = family_of(run.config()).evaluate(subject, options, quiet=quiet)
    append_scores(run.scores_path, evaluated.scores)
    return evaluated


@contextmanager
def _two_sources(subject: str, options: EvaluateConfig, quiet: bool) -> Iterator[Sides]:
    """Images of two sources, as they are."""
    assert options.against is not None
    split, against_split = options.split or "train", options.against_split or "train"
    sources = (
        open_source(subject, split=split, pixel_limit=options.pixel_limit),
        open_source(options.against, split=against_split, pixel_limit=options.pixel_limit),
    )
    settings = [default_settings(source) for source in sources]
    if options.size is not None:
        settings = [replace(each, size=options.size, enlarge=True) for each in settings]
    tested, real = settings
    if tested.size != real.size:
        raise ConfigError(
            f"the pictures of {subject} are {in_pixels(tested.size)} and those of "
            f"{options.against} {in_pixels(real.size)}; resizing changes scores, so say what to "
            f"bring both to, for example --size {real.size[0]} {real.size[1]}."
        )
    stores = []
    for source, each in zip(sources, settings, strict=True):
        with counting(f"preparing {source.name}", quiet=quiet) as progress:
            each = replace(each, channels=real.channels)
            stores.append(build_store(source, each, cache=cache_folder(), progress=progress))
    name_unreadable(*stores)
    chosen = choose_images(len(stores[0]), options.count, options.seed)
    yield Sides(
        store=stores[1],
        about=describe(options.against, against_split),
        images=ImageSubset(stores[0].images, chosen),
        subject={"source": subject, "split": split},
    )
