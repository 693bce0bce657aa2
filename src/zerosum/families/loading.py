"""From a run folder to a trained model, and to the run's images."""

from pathlib import Path
from typing import Any, Literal

from zerosum.checkpoint import require_like
from zerosum.config.run import RunConfig
from zerosum.data import Domains, Store, absolute, as_spec
from zerosum.families import family_of
from zerosum.families.building import build_game
from zerosum.families.preparation import refuse_other_images
from zerosum.games.base import Game
from zerosum.models.base import KindT, Model, require
from zerosum.runs import Run
from zerosum.training.engine import Engine, choose_device

__all__ = ["load", "load_game", "load_run", "prepare_images", "require_own_images"]

Checkpoint = Literal["latest", "best"]


def load(
    run: str | Path | Run,
    *,
    kind: type[KindT] = Model,  # type: ignore[assignment]
    device: str = "auto",
    checkpoint: Checkpoint = "latest",
) -> KindT:
    """The model that a run has trained so far.

    Args:
        run: The run folder, or the run.
        kind: What it is to be good for: `Generator`, `Translator`, `Classifier`, `LearnedAttack`.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        checkpoint: ``latest``, or ``best`` for that of the best evaluation.

    Raises:
        RunError: The folder is no run.
        WrongKindError: The run is good for something else.
        CheckpointError: It has no checkpoint that can be used.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     load(folder)
        Traceback (most recent call last):
        ...
        zerosum.errors.RunError: no config.json in ...
    """
    opened = run if isinstance(run, Run) else Run.open(Path(run))
    game, images = load_game(opened, device=device, checkpoint=checkpoint)
    model: Model = family_of(opened.config()).model(opened, game, images)
    return require(model, kind)


def load_game(
    run: Run, *, device: str = "auto", checkpoint: Checkpoint = "latest"
) -> tuple[Game[Any], int]:
    """The game of a run with its trained networks, and how many images they have seen.

    Args:
        run: The run.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        checkpoint: ``latest``, or ``best`` for that of the best evaluation.

    Raises:
        CheckpointError: It has no checkpoint that can be used.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     load_game(Run(Path(folder)))
        Traceback (most recent call last):
        ...
        zerosum.errors.CheckpointError: there is no checkpoint ...; nothing was saved yet.
    """
    state = run.load(checkpoint)
    game = build_game(run.config(), Engine(device=choose_device(device)))
    loop = state["loop"]
    require_like(loop, {"images": 0, "players": {name: {} for name in game.players}}, "loop")
    for name, player in game.players.items():
        player.load_networks(loop["players"][name], f"loop.players.{name}")
    return game, loop["images"]


def load_run(
    run: str | Path,
    *,
    kind: type[KindT] = Model,  # type: ignore[assignment]
    device: str = "auto",
    checkpoint: Checkpoint = "latest",
    data: str | Path | None = None,
    data_a: str | Path | None = None,
    data_b: str | Path | None = None,
    quiet: bool = False,
) -> KindT:
    """The model that a run has trained so far, wherever its images are now.

    Args:
        run: The run folder.
        kind: What it is to be good for: `Generator`, `Translator`, `Classifier`, `LearnedAttack`.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        checkpoint: ``latest``, or ``best`` for that of the best evaluation.
        data: Where the run's images are now, if they have moved; they must be the same ones.
        data_a: Likewise for domain A.
        data_b: Likewise for domain B.
        quiet: No progress bar while the images of a moved run are prepared.

    Raises:
        RunError: The folder is no run, or the images are others.
        WrongKindError: The run is good for something else.
        CheckpointError: It has no checkpoint that can be used.

    Example:
        >>> load_run("runs/no-such")
        Traceback (most recent call last):
        ...
        zerosum.errors.RunError: there is no folder runs/no-such; ...
    """
    a, b = (None if each is None else absolute(as_spec(each)) for each in (data_a, data_b))
    where = None if data is None else absolute(as_spec(data))
    opened = Run.open(Path(run)).relocated(data=where, data_a=a, data_b=b)
    model = load(opened, kind=kind, device=device, checkpoint=checkpoint)
    if opened.moved:
        require_own_images(opened, checkpoint, quiet=quiet)
    return model


def require_own_images(run: Run, checkpoint: Checkpoint, *, quiet: bool = False) -> None:
    """Make sure that a run's images are those that it was trained on.

    Raises:
        RunError: They are others.
    """
    config = run.config()
    images = prepare_images(config, quiet=quiet)
    refuse_other_images(config, run.load(checkpoint)["data"], images)


def prepare_images(config: RunConfig, *, quiet: bool = False) -> Store | Domains:
    """What the run trains on, decoded and resized; built on first use, with a progress bar.

    Where parts are to be cut out by chance, the images have the size that they are cut of.
    """
    images: Store | Domains = family_of(config).open(config, quiet=quiet)
    return images
