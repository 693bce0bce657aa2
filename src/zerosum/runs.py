"""The run folder: the interface between training, sampling, evaluation and whoever looks.

    RUN/
      config.json          the resolved configuration; the first file written
      environment.json     versions and machine
      status.json          what it does just now: images, speed, phase; no part of its results
      stats.jsonl          one line of means every so many images
      scores.jsonl         every score with its protocol
      alarms.txt           what the collapse alarm saw; only where it saw something
      tensorboard/         statistics and scores for TensorBoard
      samples/             grids of fixed latents as training goes
      checkpoints/         latest.safetensors, and best.safetensors where the run is evaluated
      curves.png samples.gif     at the end
      detector.safetensors       what tells real from its own pictures; where `detect` was asked
      directions.safetensors     directions of its latent space that were given names

Nothing else knows where things are.
"""

import json
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from zerosum.config import RunConfig, change, differences, from_json, to_json
from zerosum.errors import CheckpointError, ConfigError, RunError
from zerosum.explaining import explained, is_there
from zerosum.files import new_folder, require_writable, sweep, write_text

__all__ = ["FREE_TO_CHANGE", "Run", "free_name", "is_free_to_change", "is_run", "unlike"]

_DATA = ("data", "data_a", "data_b")
FREE_TO_CHANGE = (
    *_DATA,  # they may have moved; who needs them checks that the images are the same
    "images",
    "device",
    "compile",
    "log_every",
    "sample_every",
    "checkpoint_seconds",
    "evaluate_every",
    "evaluate_count",
    "evaluate_features",
    "on_collapse",
)
"""Fields that may differ between a checkpoint and the run that goes on from it."""

_SCHEDULES = re.compile(r"game\.(\w+_)?optimizer\.(decay(\.\d)?|annealing|halving)")
"""Likewise, for runs that are made longer with their schedules."""
_FACTS = {"config": {}, "data": {"identity": "", "pictures": 0}, "tests": [], "loop": {}}
"""What every checkpoint of a run holds."""


@dataclass(frozen=True)
class Run:
    """A run folder.

    Attributes:
        path: The folder.
        moved: Where the images are now, by field of the configuration (``data``, ``data_a``,
            ``data_b``), instead of where ``config.json`` says.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from zerosum.recipes import recipe
        >>> with TemporaryDirectory() as folder:
        ...     run = Run(Path(folder) / "first")
        ...     run.create(recipe("dcgan-digits"))
        ...     Run.open(run.path).config() == recipe("dcgan-digits")
        True
    """

    path: Path
    moved: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What the run is called: the name of its folder, however that is written.

        Example:
            >>> Run(Path("runs/faces/checkpoints/..")).name
            'faces'
        """
        return self.path.resolve().name  # A path of "." has none.

    @property
    def checkpoint_path(self) -> Path:
        """The newest checkpoint."""
        return self.path / "checkpoints" / "latest.safetensors"

    @property
    def best_path(self) -> Path:
        """The checkpoint that scored best so far."""
        return self.path / "checkpoints" / "best.safetensors"

    @property
    def scores_path(self) -> Path:
        """Every score with its protocol."""
        return self.path / "scores.jsonl"

    @property
    def status_path(self) -> Path:
        """What the run does just now; see `zerosum.training.status`."""
        return self.path / "status.json"

    @property
    def config_path(self) -> Path:
        """The resolved configuration."""
        return self.path / "config.json"

    @property
    def alarms_path(self) -> Path:
        """What the collapse alarm saw, if it saw anything."""
        return self.path / "alarms.txt"

    @property
    def detector_path(self) -> Path:
        """What tells real pictures from those that the run makes."""
        return self.path / "detector.safetensors"

    @property
    def directions_path(self) -> Path:
        """Directions of its latent space that were given names."""
        return self.path / "directions.safetensors"

    def check_free(self, config: RunConfig) -> None:
        """Make sure that a new run can begin here.

        Raises:
            RunError: There is a run already, something else is in the way, or the folder's name
                is no text.
            FileError: Nothing can be written there.
        """
        if any("\ud800" <= letter <= "\udfff" for letter in str(self.path.absolute())):
            raise RunError(
                f"{self.path} has a name that is no text: checkpoints and TensorBoard's files "
                "can be written to no such folder. Choose another with --out NEW."
            )
        if is_there(self.config_path):
            raise RunError(_already_there(self, config))
        if is_there(self.path) and not self.path.is_dir():
            raise RunError(f"{self.path} is a file; a run needs a folder of its own.")
        require_writable(self.path)

    def create(self, config: RunConfig, *, processes: int = 1) -> None:
        """Make the folder and write ``config.json`` and ``environment.json``.

        Nothing is left behind where that fails.

        Args:
            config: The configuration.
            processes: How many train it.

        Raises:
            RunError: There is a run already.
            FileError: The folder cannot be made or written to.
        """
        self.check_free(config)
        environment = json.dumps(_environment(processes), indent=2) + "\n"
        with explained(self.path), new_folder(self.path):
            try:
                self.write_config(config)
                write_text(self.path / "environment.json", environment)
            except BaseException:
                self.config_path.unlink(missing_ok=True)
                raise

    @classmethod
    def open(cls, path: Path) -> "Run":
        """A run that exists.

        Raises:
            RunError: The folder is missing or is no run.
            FileError: It may not be read.
        """
        run = cls(Path(path))
        if not is_there(run.config_path):
            what = "there is no folder" if not is_there(run.path) else "no config.json in"
            raise RunError(
                f"{what} {run.path}; expected the folder of a run, as `zerosum train` makes it."
            )
        return run

    def relocated(self, *, data: str | None, data_a: str | None, data_b: str | None) -> "Run":
        """The run, whose images are elsewhere now; None for what has not moved.

        Raises:
            ConfigError: A source is named that the run has not.

        Example:
            >>> from tempfile import TemporaryDirectory
            >>> from zerosum.recipes import recipe
            >>> with TemporaryDirectory() as folder:
            ...     run = Run(Path(folder) / "first")
            ...     run.create(recipe("dcgan-digits"))
            ...     run.relocated(data="copy", data_a=None, data_b=None).config().data
            'copy'
        """
        config = self.config()
        moved = {"data": data, "data_a": data_a, "data_b": data_b}
        named = {field: value for field, value in moved.items() if value is not None}
        sources = config.sources
        for field in named:
            if not sources.get(field):
                has = [f"--{it.replace('_', '-')}" for it, named_ in sources.items() if named_]
                raise ConfigError(
                    f"{self.path} has no {field}; say where its pictures are now by "
                    f"{' and '.join(has)}."
                )
        return Run(self.path, moved=tuple(named.items()))

    def config(self) -> RunConfig:
        """The configuration that the folder holds.

        Raises:
            RunError: ``config.json`` cannot be read or does not fit.
        """
        try:
            with explained(self.config_path, "read", error=RunError):
                text = self.config_path.read_text(encoding="utf-8")
            saved = from_json(json.loads(text))
            return change(saved, dict(self.moved))
        except (ValueError, RecursionError) as error:  # A ConfigError is a ValueError.
            raise RunError(f"{self.config_path} cannot be used: {error}") from error

    def write_config(self, config: RunConfig) -> None:
        """Replace ``config.json``."""
        write_text(self.config_path, json.dumps(to_json(config), indent=2) + "\n")

    def load(self, checkpoint: Literal["latest", "best"] = "latest") -> dict[str, Any]:
        """A checkpoint's content: the newest one's, or that of the best evaluation.

        Raises:
            CheckpointError: It is missing or cannot be used.
            RunError: It was made with another configuration than ``config.json`` holds.
        """
        from zerosum.checkpoint import load_checkpoint, require_like  # Not above: it needs torch.

        path = self.checkpoint_path if checkpoint == "latest" else self.best_path
        state = load_checkpoint(path)
        require_like(state, _FACTS, path.name)
        try:
            # Through from_json, so that a field newer than the run has its default in both.
            trained_with = to_json(from_json(state["config"]))
        except ConfigError as error:
            raise CheckpointError(f"{path} cannot be used: {error}") from error
        changed = unlike(trained_with, to_json(self.config()))
        if changed:
            raise RunError(
                f"{self.config_path} differs from what {path.name} was trained "
                "with:\n  " + "\n  ".join(changed) + "\nA run goes on as it began. Undo the "
                "change, or start a new run with it: zerosum train RECIPE --out NEW."
            )
        return state

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes out while this one writes; a killed process holds no lock.

        Where no run came about within, nothing is left behind.

        Raises:
            RunError: Another process has the run.
            FileError: The folder cannot be made or written to.
        """
        with ExitStack() as stack:
            with explained(self.path):
                stack.enter_context(new_folder(self.path))
                stack.enter_context(self._lock())
            yield

    @contextmanager
    def _lock(self) -> Iterator[None]:
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise RunError(
                f"{self.path} is in use by another process. Wait for it to end, or stop it; "
                "to train beside it choose another folder with --out."
            ) from error
        try:
            for folder in (self.path, self.path / "checkpoints", self.path / "samples"):
                sweep(folder)
            yield
        finally:
            lock.release()
            with suppress(OSError):
                if not self.config_path.exists():
                    Path(lock.lock_file).unlink()


def is_run(path: Path) -> bool:
    """Whether a folder is that of a run.

    Raises:
        FileError: It may not be looked into.

    Example:
        >>> is_run(Path("no/such"))
        False
    """
    return is_there(Run(path).config_path)


def is_free_to_change(field: str) -> bool:
    """Whether a run may go on with another value of the field than it began with.

    Example:
        >>> is_free_to_change("log_every"), is_free_to_change("batch_size")
        (True, False)
        >>> is_free_to_change("game.generator_optimizer.decay.0")
        True
    """
    return field in FREE_TO_CHANGE or _SCHEDULES.fullmatch(field) is not None


def unlike(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The fields in which a configuration is another run's, one line each.

    A file of one's own may have moved: its hash, which is beside its name, says that it is the
    same.

    Example:
        >>> old = {"game": {"generator": {"factory": "/old/net.py:Net"}}, "images": 10}
        >>> unlike(old, {"game": {"generator": {"factory": "/new/it.py:Net"}}, "images": 20})
        []
        >>> unlike(old, {"game": {"generator": {"factory": "/old/net.py:Other"}}, "images": 10})
        ['game.generator.factory: Net → Other']
    """
    lines = differences(_unplaced(old), _unplaced(new))
    return [line for line in lines if not is_free_to_change(line.split(":")[0])]


def _unplaced(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """A configuration that tells the names of one's own factories, and not where they are."""
    game = {
        name: {**part, "factory": part["factory"].rpartition(":")[2]}
        if isinstance(part, Mapping) and "factory" in part
        else part
        for name, part in config["game"].items()
    }
    return {**config, "game": game}


def free_name(folder: Path, recipe: str) -> Path:
    """``folder/recipe``, or the first of ``recipe-2``, ``recipe-3``, ... that is not taken.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     (Path(folder) / "dcgan-digits").mkdir()
        ...     free_name(Path(folder), "dcgan-digits").name
        'dcgan-digits-2'
    """
    number = 1
    while is_there(path := folder / (recipe if number == 1 else f"{recipe}-{number}")):
        number += 1
    return path


def _already_there(run: Run, config: RunConfig) -> str:
    lines = differences(to_json(run.config()), to_json(config))
    changes = "\n  ".join(["", *lines]) if lines else " nothing"
    return (
        f"{run.path} already holds a run. To go on with it: zerosum resume {run.path}. "
        f"To start another: --out NEW. What was asked differs from it in:{changes}"
    )


def _environment(processes: int) -> dict[str, Any]:
    import torch  # Not above: listing or opening runs needs no torch.

    return {
        "zerosum": version("zerosum"),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "platform": platform.platform(),
        "threads": torch.get_num_threads(),
        "processes": processes,
        "command": sys.argv,
    }
