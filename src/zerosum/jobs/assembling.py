"""All objects of a run, from its configuration and its images."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from zerosum.config import RunConfig, to_json
from zerosum.families import family_of
from zerosum.families.building import build_game
from zerosum.families.preparation import Prepared, facts_of
from zerosum.games.base import Game
from zerosum.runs import Run
from zerosum.training.engine import Engine, start_engine
from zerosum.training.evaluation import Evaluation
from zerosum.training.hooks import Checkpoints, Samples, Statistics
from zerosum.training.loop import BatchStream, Loop
from zerosum.training.progress import Display

__all__ = ["assemble", "engine_of", "facts_for_checkpoints"]


def assemble(
    config: RunConfig,
    run: Run,
    engine: Engine,
    store: Prepared,
    aids: Any,
    facts: Mapping[str, Any],
    *,
    quiet: bool,
) -> Loop[Any]:
    """A run, ready to be played; whatever does not fit is found here, before a folder is made.

    Args:
        config: What is to be trained.
        run: Where.
        engine: On what.
        store: Its images.
        aids: What its game needs besides; see `Family.aids`.
        facts: What its checkpoints remember of it.
        quiet: Few lines instead of a progress bar.

    Raises:
        ZerosumError: Something does not fit.
    """
    batches: BatchStream[Any] = family_of(config).batches(config, store, engine)
    if engine.works_ahead:
        from zerosum.training.prefetching import Prefetched

        batches = Prefetched(batches)
    game = build_game(config, engine, aids=aids)
    checkpoints = Checkpoints(run.path, seconds=config.checkpoint_seconds, facts=facts)
    return Loop(
        game=game,
        batches=batches,
        engine=engine,
        seed=config.seed,
        # Each round ends, and the end of the run begins, with what saves it.
        hooks=[
            Display(total=config.total_images, quiet=quiet),
            *_samples(config, game, run, store),
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


def facts_for_checkpoints(config: RunConfig, store: Prepared) -> dict[str, Any]:
    """What a checkpoint remembers of the run, so that it goes on as it began or not at all."""
    tests = family_of(config).tests(config)
    return {"config": to_json(config), "data": facts_of(store), "tests": tests}


def _samples(config: RunConfig, game: Game[Any], run: Run, store: Prepared) -> list[Samples]:
    """The sample grids of a run that makes images."""
    draw = family_of(config).grid(config, game, store)
    if draw is None:
        return []
    return [Samples(run.path, every=config.sample_every, draw=draw, seed=config.seed)]


def _evaluations(
    config: RunConfig,
    game: Game[Any],
    run: Run,
    engine: Engine,
    store: Prepared,
    checkpoints: Checkpoints,
    *,
    quiet: bool,
) -> list[Evaluation]:
    """The evaluation of a run that asks for one; only the main process looks."""
    if not config.evaluate_every:
        return []
    evaluators = (
        family_of(config).evaluators(config, game, store, engine, quiet=quiet)
        if engine.is_main
        else {}
    )
    return [
        Evaluation(
            run.path,
            evaluators=evaluators,
            every=config.evaluate_every,
            until=config.total_images,
            checkpoints=checkpoints,
            on_collapse=config.on_collapse,
        )
    ]
