"""Score a run, or any pictures, against real ones."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zerosum.config import EvaluateConfig
from zerosum.data import Store, build_store, default_settings, open_source, unscale
from zerosum.errors import ConfigError
from zerosum.evaluation.evaluator import Evaluator
from zerosum.evaluation.nearest import draw_nearest
from zerosum.evaluation.protocol import Scores
from zerosum.evaluation.records import append_scores
from zerosum.evaluation.seeing import Pictures, choose_pictures, kept_on_disk
from zerosum.features import load_features
from zerosum.jobs.examination import choose_features, describe
from zerosum.jobs.preparation import cache_folder, counting, prepare_store
from zerosum.model import load
from zerosum.runs import Run
from zerosum.training.engine import choose_device

__all__ = ["Evaluated", "evaluate"]


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """What `evaluate` found.

    Attributes:
        scores: The scores with their protocol.
        picture: The sheet of nearest real pictures, where one was asked for.
    """

    scores: Scores
    picture: Path | None = None


@dataclass(frozen=True, kw_only=True)
class _Sides:
    """Real pictures, facts on them, and the pictures under test with the facts on those."""

    store: Store
    about: Mapping[str, Any]
    pictures: Pictures
    subject: Mapping[str, Any]


def evaluate(
    subject: str, options: EvaluateConfig | None = None, *, quiet: bool = False
) -> Evaluated:
    """Score the pictures of a run or of a source against real ones.

    A run's scores are appended to its ``scores.jsonl``.

    Args:
        subject: A run folder, or a source of pictures.
        options: How.
        quiet: No progress bars.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> half = EvaluateConfig(against="digits", count=500, features="pixels", device="cpu")
        >>> found = evaluate("digits", half, quiet=True)  # Digits among themselves.
        >>> found.scores.scores["KD-pixels"].estimate.value < 0.01
        True
    """
    options = options or EvaluateConfig()
    is_run = (Path(subject) / "config.json").exists()
    if not is_run and options.against is None:
        raise ConfigError(
            f"{subject} is no run, so say what to compare its pictures with: "
            f"zerosum evaluate {subject} --against SOURCE."
        )
    open_sides = _run_and_reference if is_run else _two_sources
    with open_sides(subject, options, quiet) as sides:
        features = options.features
        if features == "auto":
            features = choose_features(str(sides.about["source"]))
        network = load_features(
            features, cache=cache_folder(), weights=options.weights, resize=options.resize
        ).to(choose_device(options.device))
        with counting(f"{network.name} looks at real pictures", quiet=quiet) as progress:
            evaluator = Evaluator.of(
                sides.store,
                network,
                about=sides.about,
                measures=options.measures,
                count=options.real_count,
                seed=options.seed,
                cache=cache_folder(),
                progress=progress,
            )
        with counting(f"{network.name} looks at {subject}", quiet=quiet) as progress:
            fake = evaluator.see(sides.pictures, progress=progress)
        scores = evaluator.score(fake, subject=sides.subject)
        if is_run:
            append_scores(Run.open(Path(subject)).scores_path, scores)
        if options.picture is not None:
            draw_nearest(fake, evaluator.real, options.picture)
    return Evaluated(scores=scores, picture=options.picture)


@contextmanager
def _run_and_reference(subject: str, options: EvaluateConfig, quiet: bool) -> Iterator[_Sides]:
    """A run's generated pictures, and real ones brought to the same shape."""
    model = load(subject, device=options.device, checkpoint=options.checkpoint)
    config = model.run.config()
    data = config.data if options.against is None else options.against
    if options.size is not None and options.size != config.pictures.size:
        raise ConfigError(
            f"{subject} makes pictures of {config.pictures.size}, and --size asks for "
            f"{options.size}; a run is evaluated at its own size. Leave --size out."
        )
    store = prepare_store(replace(config, data=data), split=options.against_split, quiet=quiet)
    batches = map(unscale, model.batches(options.count, seed=options.seed))
    with ExitStack() as stack:
        with counting(f"{subject} generates pictures", quiet=quiet) as progress:
            kept = kept_on_disk(batches, options.count, progress=progress)
            pictures = stack.enter_context(kept)
        yield _Sides(
            store=store,
            about=describe(data, options.against_split),
            pictures=pictures,
            subject={
                "run": model.run.path.name,
                "images": model.images,
                "checkpoint": options.checkpoint,
            },
        )


@contextmanager
def _two_sources(subject: str, options: EvaluateConfig, quiet: bool) -> Iterator[_Sides]:
    """Pictures of two sources, as they are."""
    assert options.against is not None
    sources = (
        open_source(subject, split=options.split),
        open_source(options.against, split=options.against_split),
    )
    settings = [default_settings(source) for source in sources]
    if options.size is not None:
        settings = [replace(each, size=options.size, enlarge=True) for each in settings]
    tested, real = settings
    if tested.size != real.size:
        raise ConfigError(
            f"the pictures of {subject} are {_size(tested.size)} and those of {options.against} "
            f"{_size(real.size)}; resizing changes scores, so say what to bring both to, for "
            f"example --size {real.size[0]} {real.size[1]}."
        )
    stores = []
    for source, each in zip(sources, settings, strict=True):
        with counting(f"preparing {source.name}", quiet=quiet) as progress:
            each = replace(each, channels=real.channels)
            stores.append(build_store(source, each, cache=cache_folder(), progress=progress))
    chosen = choose_pictures(len(stores[0]), options.count, options.seed)
    yield _Sides(
        store=stores[1],
        about=describe(options.against, options.against_split),
        pictures=Pictures(stores[0].images, chosen),
        subject={"source": subject, "split": options.split},
    )


def _size(size: tuple[int, int]) -> str:
    return f"{size[1]}x{size[0]} pixels"
