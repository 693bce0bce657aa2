"""All objects of a run, from its configuration and its pictures."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any

from zerosum.attacks import Classifier
from zerosum.config import (
    AdversarialConfig,
    ClassifyingConfig,
    PerturbationConfig,
    RunConfig,
    SemiSupervisedConfig,
    to_json,
)
from zerosum.config.build import build_game, build_growth
from zerosum.data import Batches, Domains, Store, make_domain_batches
from zerosum.errors import ConfigError
from zerosum.games import Game
from zerosum.jobs.adaptation import adaptation_batches
from zerosum.jobs.examination import make_exams, make_grid
from zerosum.jobs.labels import few_labels_batches, labelled_batches, split_for_tests
from zerosum.jobs.perturbing import learning_batches
from zerosum.jobs.preparation import facts_of
from zerosum.runs import Run
from zerosum.training.engine import Engine, start_engine
from zerosum.training.evaluation import Evaluation
from zerosum.training.hooks import Checkpoints, Samples, Statistics
from zerosum.training.loop import Batches as LoopBatches
from zerosum.training.loop import Loop
from zerosum.training.prefetching import Prefetched
from zerosum.training.progress import Display

__all__ = ["assemble", "engine_of", "facts_for_checkpoints"]


def assemble(
    config: RunConfig,
    run: Run,
    engine: Engine,
    store: Store | Domains,
    victim: Classifier | None,
    facts: Mapping[str, Any],
    *,
    quiet: bool,
) -> Loop[Any]:
    """A run, ready to be played; whatever does not fit is found here, before a folder is made.

    Args:
        config: What is to be trained.
        run: Where.
        engine: On what.
        store: Its pictures.
        victim: Whom it is to mislead, for games that mislead one.
        facts: What its checkpoints remember of it.
        quiet: Few lines instead of a progress bar.

    Raises:
        ZerosumError: Something does not fit.
    """
    batches = _batches(config, engine, store)
    if engine.works_ahead:
        batches = Prefetched(batches)
    game = build_game(config, engine, victim=victim)
    checkpoints = Checkpoints(run.path, seconds=config.checkpoint_seconds, facts=facts)
    return Loop(
        game=game,
        batches=batches,
        engine=engine,
        seed=config.seed,
        # Each round ends, and the end of the run begins, with what saves it.
        hooks=[
            Display(total=config.images, quiet=quiet),
            *_samples(config, run, store),
            Statistics(run.path, every=config.log_every),
            *_evaluations(config, game, run, engine, store, checkpoints, quiet=quiet),
            checkpoints,
        ],
    )


def engine_of(config: RunConfig) -> AbstractContextManager[Engine]:
    """The machine as a run's settings ask for it.

    Raises:
        ConfigError: The device cannot be used.
    """
    return start_engine(
        device=config.device,
        precision=config.precision,
        compile=config.compile,
        deterministic=config.deterministic,
    )


def facts_for_checkpoints(config: RunConfig, store: Store | Domains) -> dict[str, Any]:
    """What a checkpoint remembers of the run, so that it goes on as it began or not at all."""
    return {"config": to_json(config), "data": facts_of(store), "tests": _tests(config)}


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
    checkpoints: Checkpoints,
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
            checkpoints=checkpoints,
            on_collapse=config.on_collapse,
        )
    ]


def _tests(config: RunConfig) -> list[str | None]:
    """Which splits a run that holds pictures out tests on in their stead, of each source."""
    if not isinstance(config.game, ClassifyingConfig | PerturbationConfig):
        return []
    sources = (config.data, config.data_a, config.data_b)
    return [split_for_tests(replace(config, data=each)) for each in sources if each]
