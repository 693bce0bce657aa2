"""From a configuration to a trained run, and from a run to more of it."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from zerosum.attacks import Classifier
from zerosum.config import (
    AdversarialConfig,
    ClassifyingConfig,
    PerturbationConfig,
    RunConfig,
    SemiSupervisedConfig,
    from_json,
    to_json,
)
from zerosum.config.build import build_game, build_growth
from zerosum.config.lengths import spent
from zerosum.data import Batches, Domains, Store, absolute, make_domain_batches
from zerosum.errors import ConfigError, RunError
from zerosum.explaining import explained, is_there
from zerosum.games import Game
from zerosum.jobs.adaptation import adaptation_batches
from zerosum.jobs.examination import make_exams, make_grid, require_networks
from zerosum.jobs.labels import (
    few_labels_batches,
    find_classes,
    labelled_batches,
    split_for_tests,
)
from zerosum.jobs.perturbing import aim, find_again, learning_batches
from zerosum.jobs.preparation import (
    facts_of,
    prepare_pictures,
    refuse_other_pictures,
    with_classes,
)
from zerosum.jobs.victims import Victim
from zerosum.runs import Run, free_name
from zerosum.training.engine import Engine, start_engine
from zerosum.training.evaluation import Evaluation
from zerosum.training.hooks import Checkpoints, Samples, Statistics
from zerosum.training.loop import Batches as LoopBatches
from zerosum.training.loop import Loop
from zerosum.training.progress import Display

__all__ = ["Outcome", "resume_run", "train_run"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a session of training ended.

    Attributes:
        run: The run.
        images: Real images seen so far.
        wanted: Real images that the run is to see in all.
        is_main: Whether this process is the one that reports.

    Example:
        >>> stopped = Outcome(run=Run(Path("runs/dcgan-digits")), images=6_400, wanted=200_000)
        >>> stopped.is_complete
        False
    """

    run: Run
    images: int
    wanted: int
    is_main: bool = True

    @property
    def is_complete(self) -> bool:
        """Whether the run has seen all that it is to see."""
        return self.images >= self.wanted


def train_run(config: RunConfig, *, out: Path | None = None, quiet: bool = False) -> Outcome:
    """Make a run folder and train in it.

    Nothing is written before the data, the networks and the folder are known to do.

    Raises:
        ZerosumError: One of them does not; the message says what to do.
    """
    # Through JSON, as resume will read it: what does not survive that is refused now.
    config = find_classes(from_json(to_json(_findable(config))))
    with _engine(config) as engine:
        run = Run(out or Path(engine.share(str(free_name(Path("runs"), config.recipe)))))
        if engine.is_main:
            run.check_free(config)
            require_networks(config)
        config, victim = aim(config, engine.device)
        store = _open(config, engine, quiet=quiet)
        config = with_classes(config, store)
        facts = _facts(config, store)
        loop = _assemble(config, run, engine, store, _view(victim), facts, quiet=quiet)
        with _locked(run, engine):
            if engine.is_main:
                run.create(config)
            return _play(loop, run, config)


def resume_run(
    path: Path,
    *,
    images: int | None = None,
    device: str | None = None,
    data: str | None = None,
    data_a: str | None = None,
    data_b: str | None = None,
    quiet: bool = False,
) -> Outcome:
    """Go on with the run in that folder, bit for bit.

    Args:
        path: The run folder.
        images: Real images to see in all; by default what the run was made for.
        device: Where to go on; by default where the run was.
        data: Where the pictures are now, if they have moved; they must be the same ones.
        data_a: Likewise for domain A.
        data_b: Likewise for domain B.
        quiet: Few lines instead of a progress bar.

    Raises:
        ZerosumError: The run cannot go on; the message says what to do.
    """
    run = Run.open(path).relocated(data=data, data_a=data_a, data_b=data_b)
    config = _findable(run.config())
    config = replace(
        config,
        images=config.images if images is None else images,
        device=config.device if device is None else device,
    )
    _refuse_standing_still(run, config)
    with _engine(config) as engine, _locked(run, engine):
        victim = find_again(config, engine.device)
        if engine.is_main:
            require_networks(config)
        _refuse_missing(run, config)
        if run.moved and not is_there(run.checkpoint_path):
            raise RunError(
                f"{path} has no checkpoint yet, so nobody can tell whether these are its "
                "pictures; start a new run with them."
            )
        store = _open(config, engine, quiet=quiet)
        facts = _facts(config, store)
        loop = _assemble(config, run, engine, store, _view(victim), facts, quiet=quiet)
        # Killed before its first checkpoint, a run has lost nothing: it begins again.
        if is_there(run.checkpoint_path):
            state = run.load()
            refuse_other_pictures(config, state["data"], store)
            _refuse_other_tests(facts["tests"], state["tests"])
            loop.load_state_dict(state["loop"])
        if loop.images >= config.images + config.batch_size:
            raise ConfigError(
                f"{path} has seen {loop.images:,} images already, more than the "
                f"{config.images:,} asked for. --images is the total, not what is to be added."
            )
        if engine.is_main:
            run.write_config(config)
        return _play(loop, run, config)


def _findable(config: RunConfig) -> RunConfig:
    """The run with its sources named so that they are found from any folder."""
    a, b = (None if data is None else absolute(data) for data in (config.data_a, config.data_b))
    return replace(config, data=absolute(config.data), data_a=a, data_b=b)


def _open(config: RunConfig, engine: Engine, *, quiet: bool) -> Store | Domains:
    return prepare_pictures(config, quiet=quiet or not engine.is_main)


def _batches(config: RunConfig, engine: Engine, store: Store | Domains) -> LoopBatches[Any]:
    pictures = config.pictures
    shared: dict[str, Any] = {
        "batch_size": config.batch_size,
        "seed": config.seed,
        "device": engine.device,
        "flip": pictures.flip,
        "crop": None if pictures.crop_from is None else pictures.size,
        "rank": engine.rank,
        "processes": engine.processes,
    }
    if isinstance(store, Domains) and config.is_adaptation:
        return adaptation_batches(config, store, **shared)
    if isinstance(store, Domains):
        return make_domain_batches(store, paired=config.pairing != "none", **shared)
    if isinstance(config.game, SemiSupervisedConfig):
        return few_labels_batches(config, store, **shared)
    if config.is_classification:
        return labelled_batches(config, store, **shared)
    if isinstance(config.game, PerturbationConfig):
        return learning_batches(config, store, **shared)
    return Batches(store, sizes=_batch_sizes(config, engine), **shared)


def _batch_sizes(config: RunConfig, engine: Engine) -> Callable[[int], int] | None:
    """Images in a round by those seen before it, where networks that grow are to change it.

    Raises:
        ConfigError: A size cannot be shared equally by the processes.
    """
    growth = (
        build_growth(config.game.growth) if isinstance(config.game, AdversarialConfig) else None
    )
    if growth is None or not growth.batch_sizes:
        return None
    if any(size % engine.processes for size in growth.batch_sizes):
        raise ConfigError(
            f"each of game.growth.batch_sizes {growth.batch_sizes} must be a multiple of "
            f"{engine.processes}, the number of processes that share a round."
        )
    return partial(growth.batch_size, usual=config.batch_size)


def _view(victim: Victim | None) -> Classifier | None:
    return None if victim is None else victim.classifier


def _assemble(
    config: RunConfig,
    run: Run,
    engine: Engine,
    store: Store | Domains,
    victim: Classifier | None,
    facts: Mapping[str, Any],
    *,
    quiet: bool,
) -> Loop[Any]:
    """All objects of a run; whatever does not fit is found here, before a folder is made."""
    batches = _batches(config, engine, store)
    game = build_game(config, engine, victim=victim)
    return Loop(
        game=game,
        batches=batches,
        engine=engine,
        seed=config.seed,
        hooks=[
            Display(total=config.images, quiet=quiet),
            *_evaluations(config, game, run, engine, store, facts, quiet=quiet),
            Statistics(run.path, every=config.log_every),
            *_samples(config, run, store),
            Checkpoints(
                run.path,
                seconds=config.checkpoint_seconds,
                facts=facts,
            ),
        ],
    )


def _samples(config: RunConfig, run: Run, store: Store | Domains) -> list[Samples]:
    """The sample grids of a run that makes pictures."""
    draw = make_grid(config, store)
    if draw is None:
        return []
    return [Samples(run.path, every=config.sample_every, draw=draw, seed=config.seed)]


def _evaluations(
    config: RunConfig,
    game: Game[Any],
    run: Run,
    engine: Engine,
    store: Store | Domains,
    facts: Mapping[str, Any],
    *,
    quiet: bool,
) -> list[Evaluation]:
    """The evaluation of a run that asks for one; only the main process looks."""
    if not config.evaluate_every:
        return []
    exams = make_exams(config, game, store, engine, quiet=quiet) if engine.is_main else []
    return [
        Evaluation(
            run.path,
            exams=exams,
            every=config.evaluate_every,
            until=config.images,
            facts=facts,
            on_collapse=config.on_collapse,
        )
    ]


def _refuse_standing_still(run: Run, config: RunConfig) -> None:
    """Refuse to go on where nothing would change any more.

    Raises:
        ConfigError: Learning rates fall to 0 before the run's new end.
    """
    ends = spent(config)
    if ends:
        listed = ", ".join(f"game.{name} {images:,}" for name, images in ends.items())
        raise ConfigError(
            f"the learning rates of {run.path} fall to 0 before {config.images:,} images "
            f"({listed}), and more images would change no weight. To train longer, start a run "
            f"that is planned so: zerosum train {config.recipe} --images {config.images} with "
            "these settings made longer too."
        )


def _refuse_missing(run: Run, config: RunConfig) -> None:
    """Say how to go on where a run's pictures are no longer where they were.

    Raises:
        RunError: They are not there.
    """
    for field in ("data", "data_a", "data_b"):
        source = getattr(config, field)
        path = Path(source or ".")
        if path.is_absolute() and "{" not in source and not is_there(path):
            option = f"--{field.replace('_', '-')}"
            raise RunError(
                f"the pictures of {run.path} are no longer in {source}. If they have moved, and "
                f"are the same, say where they are now: zerosum resume {run.path} {option} NEW."
            )


def _facts(config: RunConfig, store: Store | Domains) -> dict[str, Any]:
    """What a checkpoint remembers of the run, so that it goes on as it began or not at all."""
    return {"config": to_json(config), "data": facts_of(store), "tests": _tests(config)}


def _tests(config: RunConfig) -> list[str | None]:
    """Which splits a run that holds pictures out tests on in their stead, of each source."""
    if not isinstance(config.game, ClassifyingConfig | PerturbationConfig):
        return []
    sources = (config.data, config.data_a, config.data_b)
    return [split_for_tests(replace(config, data=each)) for each in sources if each]


def _refuse_other_tests(found: list[str | None], saved: list[str | None]) -> None:
    """What is learnt from depends on whether there are pictures apart to test on."""
    if found != saved:
        before, now = (", ".join(it or "none" for it in each) for each in (saved, found))
        raise RunError(
            f"the run tested on the split {before} of its source, and now there is {now}: other "
            "pictures would be learnt from. Put the folders back as they were, or start a new run."
        )


def _play(loop: Loop[Any], run: Run, config: RunConfig) -> Outcome:
    with _stopped_by_signals(loop.stop), explained(run.path, error=RunError, then=_go_on(run)):
        try:
            loop.run(until=config.images)
        finally:
            for hook in loop.hooks:
                if isinstance(hook, Display):
                    hook.close()
    loop.engine.any(False)  # Nobody goes on before the main process has saved.
    return Outcome(run=run, images=loop.images, wanted=config.images, is_main=loop.engine.is_main)


def _go_on(run: Run) -> str:
    return f"What was saved before is good; go on with: zerosum resume {run.path}"


def _locked(run: Run, engine: Engine) -> AbstractContextManager[None]:
    """The main process, which alone writes, keeps other jobs out."""
    return run.locked() if engine.is_main else nullcontext()


@contextmanager
def _stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGINT and SIGTERM end the loop after its round; a second one, later on, at once.

    A launcher passes on the signal that the terminal has sent already, so what arrives within
    two seconds counts as one.
    """
    first: list[float] = []

    def handle(number: int, frame: FrameType | None) -> None:
        if first and time.monotonic() - first[0] > 2.0:
            raise KeyboardInterrupt
        first.append(time.monotonic())
        stop()

    try:
        before = {name: signal.signal(name, handle) for name in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # Not in the main thread, where signals cannot be handled.
        yield
        return
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _engine(config: RunConfig) -> AbstractContextManager[Engine]:
    return start_engine(device=config.device, precision=config.precision, compile=config.compile)
