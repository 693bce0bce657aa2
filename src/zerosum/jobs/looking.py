"""The loop of a run or a recipe, to look at: nothing is written, nothing is shown."""

from pathlib import Path
from typing import Any

import torch

from zerosum.config import RunConfig, change, from_json, to_json
from zerosum.errors import RunError
from zerosum.explaining import is_there
from zerosum.families import family_of
from zerosum.families.building import build_game
from zerosum.families.preparation import Prepared, refuse_other_images
from zerosum.jobs.training import usual_of
from zerosum.own import hashed
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop

__all__ = ["loop_of_recipe", "loop_of_run"]


def loop_of_run(path: Path) -> Loop[Any]:
    """The loop of a run as it stands in its checkpoint, on the CPU, without what it would write.

    Args:
        path: The run folder.

    Raises:
        RunError: It is no run, has no checkpoint yet, or its images are others now.
        CheckpointError: The checkpoint cannot be used.

    Example:
        >>> loop_of_run(Path("runs/no-such"))
        Traceback (most recent call last):
        ...
        zerosum.errors.RunError: there is no folder runs/no-such; ...
    """
    run = Run.open(path)
    if not is_there(run.checkpoint_path):
        raise RunError(f"{path} has no checkpoint yet: train it for a while.")
    config, state = run.config(), run.load()
    engine = _engine(config)
    store: Prepared = family_of(config).open(config, quiet=True)
    refuse_other_images(config, state["data"], store)
    loop = _loop(config, engine, store, family_of(config).aids_again(config, engine.device))
    loop.load_state_dict(state["loop"])
    return loop


def loop_of_recipe(config: RunConfig) -> Loop[Any]:
    """The loop of a run that has not begun, on the CPU.

    Args:
        config: What would be trained.

    Raises:
        ZerosumError: It cannot be, as `train_run`.

    Example:
        >>> from zerosum.recipes import recipe
        >>> loop_of_recipe(recipe("dcgan-digits")).images_seen
        0
    """
    config = family_of(config).read(from_json(to_json(hashed(config))))
    engine = _engine(config)
    config, aids = family_of(config).aids(config, engine.device, usual=usual_of(config))
    store: Prepared = family_of(config).open(config, quiet=True)
    return _loop(family_of(config).complete(config, store), engine, store, aids)


def _engine(config: RunConfig) -> Engine:
    precision = "fp32" if config.precision == "auto" else config.precision
    return Engine(device=torch.device("cpu"), precision=precision)


def _loop(config: RunConfig, engine: Engine, store: Prepared, aids: Any) -> Loop[Any]:
    config = change(config, {"precision": engine.precision})
    return Loop(
        game=build_game(config, engine, aids=aids),
        batches=family_of(config).batches(config, store, engine),
        engine=engine,
        seed=config.seed,
    )
