"""Score a run, or any pictures, against real ones."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zerosum.config import EvaluateConfig, RunConfig
from zerosum.data import (
    Store,
    build_store,
    default_settings,
    is_named,
    open_domains,
    open_source,
    unscale,
)
from zerosum.errors import ConfigError, DataError
from zerosum.evaluation.directions import join_directions
from zerosum.evaluation.evaluator import Evaluator
from zerosum.evaluation.protocol import Scores
from zerosum.evaluation.records import append_scores, require_appendable, summary
from zerosum.evaluation.seeing import Pictures, choose_pictures, kept_on_disk
from zerosum.explaining import explained
from zerosum.features import FeatureNetwork, load_features
from zerosum.files import require_writable
from zerosum.games import AdaptingGame, PerturbationGame, TranslationGame
from zerosum.jobs.adaptation import evaluate_adaptation
from zerosum.jobs.classification import evaluate_classifier
from zerosum.jobs.examination import choose_features, domain_source, translations
from zerosum.jobs.preparation import (
    cache_folder,
    counting,
    describe,
    load_run,
    name_unreadable,
    prepare_domains,
    prepare_store,
    require_own_pictures,
)
from zerosum.latent import LatentSpace
from zerosum.model import Model
from zerosum.plots.nearest import draw_nearest
from zerosum.runs import Run, is_run
from zerosum.sizes import in_pixels
from zerosum.training.engine import choose_device

__all__ = ["Evaluated", "evaluate"]


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """What `evaluate` found.

    Attributes:
        scores: The scores with their protocol.
        picture: The picture that was asked for.
        shows: What is to be seen in it.
    """

    scores: Scores
    picture: Path | None = None
    shows: str = "nearest real pictures"


@dataclass(frozen=True, kw_only=True)
class _Sides:
    """Real pictures, facts on them, and the pictures under test with the facts on those.

    Where these were made of other pictures, ``partners`` are the latter, and what they should
    have become. Where they were drawn of latents, these are of ``space``.
    """

    store: Store
    about: Mapping[str, Any]
    pictures: Pictures
    subject: Mapping[str, Any]
    partners: tuple[Pictures, Pictures] | None = None
    space: LatentSpace | None = None


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
        require_appendable(Run.open(Path(subject)).scores_path)
    if of_run and Run.open(Path(subject)).config().is_classification and options.asks_for_accuracy:
        return _test_classifier(subject, options, quiet=quiet)
    if options.baseline is not None:
        raise ConfigError(
            f"--baseline is for runs that adapt a classifier to another domain; {subject} is none."
        )
    parts: dict[str, Scores] = {}
    # Before any picture is opened or made: what is missing for it is told at once.
    network = None if options.features == "auto" else _load_network(options.features, options)
    for direction, sides in _all_sides(subject, options, of_run=of_run, quiet=quiet):
        # One network for all directions, and one sheet of nearest pictures: that of the first.
        source = str(sides.about["source"])
        network = network or _load_network(choose_features(source), options)
        now = replace(options, picture=None) if parts else options
        parts[direction] = _score(subject, sides, network, now, quiet=quiet)
    scores = join_directions(parts)
    if of_run:
        append_scores(Run.open(Path(subject)).scores_path, scores)
    return Evaluated(scores=scores, picture=options.picture)


def _test_classifier(run: str, options: EvaluateConfig, *, quiet: bool) -> Evaluated:
    """The scores of a run that classifies, in the domains that it learnt from or elsewhere."""
    model = _load(run, options, quiet=quiet)
    if model.run.config().is_adaptation and options.against is None:
        scores = evaluate_adaptation(model, options, quiet=quiet)
        found = Evaluated(scores=scores, picture=options.picture, shows="features")
    else:
        found = Evaluated(scores=evaluate_classifier(model, options, quiet=quiet))
    append_scores(model.run.scores_path, found.scores)
    return found


def _load(run: str, options: EvaluateConfig, *, quiet: bool) -> Model:
    """The run, whose pictures must still be its own, unless others are named."""
    how: dict[str, Any] = {**options.moved, "quiet": quiet}
    model = load_run(run, device=options.device, checkpoint=options.checkpoint, **how)
    if options.against is None and not model.run.moved:
        require_own_pictures(model.run, options.checkpoint, quiet=quiet)
    return model


def _all_sides(
    subject: str, options: EvaluateConfig, *, of_run: bool, quiet: bool
) -> Iterator[tuple[str, _Sides]]:
    """What is to be compared, by the direction of translation, where there is one."""
    if not of_run:
        with _two_sources(subject, options, quiet) as sides:
            yield "", sides
        return
    model = _load(subject, options, quiet=quiet)
    if options.size is not None and options.size != model.run.config().pictures.size:
        raise ConfigError(
            f"{subject} makes pictures of {model.run.config().pictures.size}, and --size asks for "
            f"{options.size}; a run is evaluated at its own size. Leave --size out."
        )
    if isinstance(model.game, AdaptingGame | PerturbationGame):
        _ = model.latent  # Says that there is none: such a run makes no pictures.
    if not isinstance(model.game, TranslationGame):
        if options.direction is not None:
            raise ConfigError(f"{subject} translates nothing, so leave --direction out.")
        with _run_and_reference(model, options, quiet) as sides:
            yield "", sides
        return
    model.translator(options.direction)  # Says so, if it has not learnt that one.
    for direction in (options.direction,) if options.direction else model.directions:
        with _translations(model, direction, options, quiet) as sides:
            yield direction, sides


def _load_network(features: str, options: EvaluateConfig) -> FeatureNetwork:
    return load_features(
        features, cache=cache_folder(), weights=options.weights, resize=options.resize
    ).to(choose_device(options.device))


def _score(
    subject: str, sides: _Sides, network: FeatureNetwork, options: EvaluateConfig, *, quiet: bool
) -> Scores:
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
    scores = evaluator.score(
        fake, subject=sides.subject, partners=sides.partners, space=sides.space
    )
    if options.picture is not None:
        with explained(options.picture, then=summary(scores)):
            draw_nearest(fake, evaluator.real, options.picture)
    return scores


@contextmanager
def _run_and_reference(model: Model, options: EvaluateConfig, quiet: bool) -> Iterator[_Sides]:
    """A run's generated pictures, and real ones brought to the same shape."""
    config = model.run.config()
    data = config.data if options.against is None else options.against
    split = options.against_split or "train"
    store = prepare_store(replace(config, data=data), split=split, quiet=quiet)
    batches = map(unscale, model.batches(options.count, seed=options.seed))
    with ExitStack() as stack:
        with counting(f"{model.run.path} generates pictures", quiet=quiet) as progress:
            kept = kept_on_disk(batches, options.count, progress=progress)
            pictures = stack.enter_context(kept)
        yield _Sides(
            store=store,
            about=describe(data, split),
            pictures=pictures,
            subject=_subject(model, options),
            space=model.latent,
        )


@contextmanager
def _translations(
    model: Model, direction: str, options: EvaluateConfig, quiet: bool
) -> Iterator[_Sides]:
    """Translations of one domain, and the real pictures of the other."""
    if options.against is not None:
        raise ConfigError(
            f"{model.run.path} translates, and is scored against the domain that it translates "
            "into; leave --against out."
        )
    assert isinstance(model.game, TranslationGame)
    config = model.run.config()
    if "partner" in options.measures and config.pairing == "none":
        config = replace(config, pairing="names")
    split = options.split or _test_or_train(config)
    domains = prepare_domains(config, split=split, quiet=quiet)
    source, target = domains.along(direction)
    chosen = choose_pictures(len(source), options.count, options.seed)
    sources = Pictures(source.images, chosen)
    batches = map(unscale, translations(model.game, sources, direction))
    with ExitStack() as stack:
        with counting(f"{model.run.path} translates {direction}", quiet=quiet) as progress:
            kept = kept_on_disk(batches, len(chosen), progress=progress)
            pictures = stack.enter_context(kept)
        paired = config.pairing != "none"
        yield _Sides(
            store=target,
            about=describe(domain_source(config, direction[-1]), f"{split} {direction[-1]}"),
            pictures=pictures,
            subject=_subject(model, options),
            partners=(sources, Pictures(target.images, chosen)) if paired else None,
        )


def _test_or_train(config: RunConfig) -> str:
    """The test split, if the run's sources have one."""
    try:
        open_domains(
            config.data,
            data_a=config.data_a,
            data_b=config.data_b,
            split="test",
            pairing=config.pairing,
        )
    except DataError:
        return "train"
    return "test"


def _subject(model: Model, options: EvaluateConfig) -> dict[str, Any]:
    return {
        "run": model.run.path.name,
        "images": model.images,
        "checkpoint": options.checkpoint,
    }


@contextmanager
def _two_sources(subject: str, options: EvaluateConfig, quiet: bool) -> Iterator[_Sides]:
    """Pictures of two sources, as they are."""
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
    chosen = choose_pictures(len(stores[0]), options.count, options.seed)
    yield _Sides(
        store=stores[1],
        about=describe(options.against, against_split),
        pictures=Pictures(stores[0].images, chosen),
        subject={"source": subject, "split": split},
    )
