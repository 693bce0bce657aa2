"""From a configuration to a trained run, and from a run to more of it."""

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from zerosum.config import RunConfig, change, to_json
from zerosum.errors import ConfigError, RunError
from zerosum.explaining import is_there
from zerosum.families import family_of
from zerosum.families.preparation import Prepared, refuse_other_images
from zerosum.jobs.assembling import assemble, engine_of, facts_for_checkpoints
from zerosum.jobs.beginning import findable, unambiguous
from zerosum.jobs.playing import TrainingResult, play
from zerosum.networks.kinds import count_parameters
from zerosum.recipes import RECIPES
from zerosum.runs import FREE_TO_CHANGE, Run, free_name, is_run, unlike
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop

__all__ = ["TrainingResult", "resume_run", "train_run", "usual_of"]

HEAVY = 5e10
"""Weights times pixels: a run of fewer needs seconds for a round at most, and is not estimated
before it begins."""


def train_run(
    config: RunConfig, *, out: Path | None = None, go_on: bool = False, quiet: bool = False
) -> TrainingResult:
    """Make a run folder and train in it.

    Nothing is written before the data, the networks and the folder are known to do.

    Args:
        config: What to train.
        out: The run folder; by default the next free one of runs/RECIPE, runs/RECIPE-2, ...
        go_on: Go on with the run, if the folder holds it already, so that one command serves for
            the first start and for every other one; by default the folder is runs/RECIPE then.
        quiet: Few lines instead of a progress bar.

    Raises:
        ZerosumError: One of them does not; the message says what to do.
    """
    config = unambiguous(config)
    family = family_of(config)
    config = family.read(config)
    with engine_of(config) as engine:
        usual = Path("runs") / config.recipe if go_on else free_name(Path("runs"), config.recipe)
        run = Run(out or Path(engine.share(str(usual))))
        goes_on = go_on and engine.any(engine.is_main and is_run(run.path))
        if engine.is_main:
            if not goes_on:
                run.check_free(config)
            family.require_networks(config)
        config, engine = _settled(config, engine, run if goes_on else None)
        config, aids = family.aids(config, engine.device, usual=usual_of(config))
        store = _open(config, engine, quiet=quiet)
        config = family.complete(config, store)
        facts = facts_for_checkpoints(config, store)
        loop = assemble(config, run, engine, store, aids, facts, quiet=quiet)
        if not goes_on:  # As resume does: what has begun has room, and its user knows of its time.
            _look_ahead(config, loop, store, aids)
        with _locked(run, engine):
            if goes_on:
                before = run.config()
                _refuse_other_run(run, before, config)
                _refuse_standing_still(run, before, config)
                _take_up(loop, run, config, store, facts)
            elif engine.is_main:
                run.create(config, processes=engine.processes)
            return play(loop, run, config)


def resume_run(
    path: Path,
    *,
    images: int | None = None,
    stretch: bool = False,
    device: str | None = None,
    data: str | None = None,
    data_a: str | None = None,
    data_b: str | None = None,
    settings: Mapping[str, Any] | None = None,
    quiet: bool = False,
) -> TrainingResult:
    """Go on with the run in that folder, bit for bit.

    Args:
        path: The run folder.
        images: Real images to see in all; by default what the run was made for.
        stretch: Scale the schedules of the learning rates to the new number of images.
        device: Where to go on; by default where the run was.
        data: Where the images are now, if they have moved; they must be the same ones.
        data_a: Likewise for domain A.
        data_b: Likewise for domain B.
        settings: Other settings that a run may change on its way, by name: how often it logs,
            draws, evaluates and saves, and what it does on a collapse.
        quiet: Few lines instead of a progress bar.

    Raises:
        ZerosumError: The run cannot go on; the message says what to do.
    """
    run = Run.open(path).relocated(data=data, data_a=data_a, data_b=data_b)
    before = findable(run.config())
    config = change(before, _changes(settings or {}, images=images, device=device))
    if stretch:
        from zerosum.config.lengths import stretched

        config = stretched(config, by=_growth(images, before))
    _refuse_standing_still(run, before, config)
    # The lock comes before anything is read that another process could change.
    with engine_of(config) as engine, _locked(run, engine):
        config, engine = _settled(config, engine)
        family = family_of(config)
        aids = family.aids_again(config, engine.device)
        if engine.is_main:
            family.require_networks(config)
        _refuse_missing(run, config)
        if run.moved and not is_there(run.checkpoint_path):
            raise RunError(
                f"{path} has no checkpoint yet, so nobody can tell whether these are its "
                "pictures; start a new run with them."
            )
        store = _open(config, engine, quiet=quiet)
        facts = facts_for_checkpoints(config, store)
        loop = assemble(config, run, engine, store, aids, facts, quiet=quiet)
        _take_up(loop, run, config, store, facts)
        return play(loop, run, config)


def _look_ahead(config: RunConfig, loop: Loop[Any], store: Prepared, aids: Any) -> None:
    """Say before it begins that a run on a CPU would take days, and refuse what has no room.

    Raises:
        ConfigError: It needs more memory than there is.
    """
    engine = loop.engine
    if engine.device.type != "cpu" or not engine.is_main or not _is_heavy(config, loop):
        return
    from zerosum.jobs.estimating import estimate, refuse_what_has_no_room, takes_long

    print("a large run for a processor: playing a few rounds to see...", file=sys.stderr)
    current = estimate(config, engine, store, aids)
    refuse_what_has_no_room(config, current)
    if text := takes_long(config, current):
        print(f"note: {text}", file=sys.stderr)


def _is_heavy(config: RunConfig, loop: Loop[Any]) -> bool:
    """Whether a run may be too much for a CPU, by the size of its networks and images."""
    weights = sum(count_parameters(player.network) for player in loop.game.players.values())
    height, width = config.pictures.size
    return weights * height * width > HEAVY


def _take_up(
    loop: Loop[Any],
    run: Run,
    config: RunConfig,
    store: Prepared,
    facts: Mapping[str, Any],
) -> None:
    """Bring the loop to where the run stands.

    Raises:
        ZerosumError: The checkpoint does not fit, or the run is longer than asked for.
    """
    # Killed before its first checkpoint, a run has lost nothing: it begins again.
    if is_there(run.checkpoint_path):
        state = run.load()
        refuse_other_images(config, state["data"], store)
        _refuse_other_tests(facts["tests"], state["tests"])
        loop.load_state_dict(state["loop"])
    if loop.images_seen >= config.total_images + config.batch_size:
        raise ConfigError(
            f"{run.path} has seen {loop.images_seen:,} images already, more than the "
            f"{config.total_images:,} asked for. --images is the total, not what is to be added."
        )
    if loop.engine.is_main:
        run.write_config(config)


def _changes(settings: Mapping[str, Any], **usual: Any) -> dict[str, Any]:
    unknown = settings.keys() - set(FREE_TO_CHANGE)
    if unknown:
        raise ConfigError(
            f"a run goes on as it began: {', '.join(sorted(unknown))} cannot change on the way; "
            f"these can: {', '.join(FREE_TO_CHANGE)}."
        )
    requested = {**settings, **usual}
    return {name: value for name, value in requested.items() if value is not None}


def _growth(images: int | None, before: RunConfig) -> float:
    if images is None:
        raise ConfigError(
            "--stretch scales the schedules to a new length; say which: --images N, in all."
        )
    return images / before.total_images


def _open(config: RunConfig, engine: Engine, *, quiet: bool) -> Prepared:
    images: Prepared = family_of(config).open(config, quiet=quiet or not engine.is_main)
    return images


def _settled(
    config: RunConfig, engine: Engine, begun: Run | None = None
) -> tuple[RunConfig, Engine]:
    """The run with the precision that ``auto`` stands for, and an engine of this precision.

    What has begun keeps the one that it began with, whatever the device here would choose.
    """
    requested = config if begun is None or config.precision != "auto" else begun.config()
    precision = engine.precision if requested.precision == "auto" else requested.precision
    return change(config, {"precision": precision}), replace(engine, precision=precision)


def usual_of(config: RunConfig) -> RunConfig | None:
    """The recipe that a run started from as it is; None where there is no such recipe.

    Example:
        >>> from zerosum.recipes import recipe
        >>> usual_of(recipe("dcgan-digits")) == recipe("dcgan-digits")
        True
    """
    return RECIPES[config.recipe]() if config.recipe in RECIPES else None


def _refuse_other_run(run: Run, before: RunConfig, config: RunConfig) -> None:
    """Refuse to go on with a run as if it were another.

    Raises:
        RunError: The folder holds a run that was made with other settings.
    """
    changed = unlike(to_json(before), to_json(config))
    if changed:
        raise RunError(
            f"{run.path} holds a run that was made with other settings:\n  "
            + "\n  ".join(changed)
            + "\nA run goes on as it began. Undo the change, or start another run: --out NEW."
        )


def _refuse_standing_still(run: Run, before: RunConfig, config: RunConfig) -> None:
    from zerosum.config.lengths import refuse_standing_still  # For what goes on alone.

    refuse_standing_still(run.path, before, config)


def _refuse_missing(run: Run, config: RunConfig) -> None:
    """Say how to go on where a run's images are no longer where they were.

    Raises:
        RunError: They are not there.
    """
    for field, source in config.sources.items():
        path = Path(source or ".")
        if source and path.is_absolute() and "{" not in source and not is_there(path):
            option = f"--{field.replace('_', '-')}"
            raise RunError(
                f"the pictures of {run.path} are no longer in {source}. If they have moved, and "
                f"are the same, say where they are now: zerosum resume {run.path} {option} NEW."
            )


def _refuse_other_tests(current: list[str | None], saved: list[Any]) -> None:
    """What is learnt from depends on whether there are images apart to test on."""
    before, now = (
        ", ".join("none" if it is None else str(it) for it in each) for each in (saved, current)
    )
    if before != now:
        raise RunError(
            f"the run tested on the split {before} of its source, and now there is {now}: other "
            "pictures would be learnt from. Put the folders back as they were, or start a new run."
        )


def _locked(run: Run, engine: Engine) -> AbstractContextManager[None]:
    """The main process, which alone writes, keeps other jobs out."""
    return run.locked() if engine.is_main else nullcontext()
