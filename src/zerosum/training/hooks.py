"""What happens beside the game: the log, the sample grids, the checkpoints."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from zerosum.checkpoint import save_checkpoint
from zerosum.errors import NonFiniteCostError
from zerosum.evaluation.records import read_scores
from zerosum.files import write_text
from zerosum.games import Game
from zerosum.jsonlines import append_line, read_lines
from zerosum.pictures import provenance, save_gif, save_png, to_pictures
from zerosum.training.curves import draw_curves
from zerosum.training.loop import Loop, Record

__all__ = ["Checkpoints", "Samples", "Statistics", "passed"]

AnyLoop = Loop[Any]


def passed(loop: AnyLoop, every: int) -> bool:
    """Whether the round just played took the run past a multiple of ``every`` images.

    Example:
        >>> from unittest.mock import Mock
        >>> def after(images): return Mock(spec=Loop, images=images, before=images - 64)
        >>> [images for images in range(64, 449, 64) if passed(after(images), every=100)]
        [128, 256, 320, 448]
    """
    return loop.images // every > loop.before // every


class Statistics:
    """Means of all scores between two lines: ``stats.jsonl``, TensorBoard events, curves.

    On resume, lines from beyond the checkpoint are dropped: they will be written again.

    Args:
        folder: The run's folder.
        every: Images between two lines.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from unittest.mock import Mock
        >>> from zerosum.training.engine import Engine
        >>> engine = Engine(device=torch.device("cpu"))
        >>> loop = Mock(spec=Loop, images=0, before=0, rounds=0, engine=engine)
        >>> with TemporaryDirectory() as folder:
        ...     statistics = Statistics(Path(folder), every=128)
        ...     statistics.started(loop)
        ...     for loop.images, cost in ((64, 1.0), (128, 2.0)):
        ...         statistics.played(loop, {"generator": {"cost": torch.tensor(cost)}})
        ...     statistics.stopped(loop)
        ...     [(line["images"], line["generator"]) for line in read_statistics(statistics.path)]
        [(128, {'cost': 1.5})]
    """

    def __init__(self, folder: Path, *, every: int) -> None:
        self.folder = folder
        self.path = folder / "stats.jsonl"
        self.every = every
        self._sums: dict[str, dict[str, Tensor]] = defaultdict(dict)
        self._counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._writer: SummaryWriter | None = None
        self._seconds_before = 0.0
        self._started = self._line_started = 0.0
        self._line_images = 0

    def started(self, loop: AnyLoop) -> None:
        """Cut the log back to where the run stands, and open TensorBoard's."""
        if loop.engine.is_main:
            kept = [line for line in read_statistics(self.path) if line["images"] <= loop.images]
            write_text(self.path, "".join(json.dumps(line) + "\n" for line in kept))
            self._seconds_before = kept[-1]["seconds"] if kept else 0.0
            self._writer = SummaryWriter(self.folder / "tensorboard", purge_step=loop.images + 1)
        self._started = self._line_started = time.perf_counter()
        self._line_images = loop.images
        self._sums.clear()
        self._counts.clear()

    def played(self, loop: AnyLoop, record: Record) -> None:
        """Add the round's scores; write a line when one is due."""
        if loop.images <= self._line_images:  # The run was sent back.
            self._close()
            self.started(loop)
        for player, scores in record.items():
            for name, value in scores.items():
                total = self._sums[player].get(name)
                self._sums[player][name] = value.clone() if total is None else total + value
                self._counts[player][name] += 1
        if passed(loop, self.every):
            self._write(loop)

    def stopped(self, loop: AnyLoop) -> None:
        """Write what is left, and draw the curves."""
        if self._sums:
            self._write(loop)
        if self._writer is not None:
            self._close()
            scores = [
                found
                for found in read_scores(self.folder / "scores.jsonl")
                if found.subject.get("while") == "training"
            ]
            lines = read_statistics(self.path)
            draw_curves(lines, self.folder / "curves.png", scores=scores)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _write(self, loop: AnyLoop) -> None:
        means = self._means(loop)
        now = time.perf_counter()
        rate = (loop.images - self._line_images) / (now - self._line_started)
        line = {
            "images": loop.images,
            "rounds": loop.rounds,
            "seconds": round(self._seconds_before + now - self._started, 3),
            "images_per_second": round(rate, 1),
            **means,
        }
        self._line_images, self._line_started = loop.images, now
        if self._writer is None:
            return
        append_line(self.path, line)
        self._writer.add_scalar("images_per_second", rate, loop.images)
        for player, scores in means.items():
            for name, value in scores.items():
                self._writer.add_scalar(f"{player}/{name}", value, loop.images)

    def _means(self, loop: AnyLoop) -> dict[str, dict[str, float]]:
        """The means since the last line, over the processes too; starts a new sum."""
        names = [(player, name) for player, sums in self._sums.items() for name in sums]
        stacked = torch.stack(
            [self._sums[player][name] / self._counts[player][name] for player, name in names]
        )
        means: dict[str, dict[str, float]] = defaultdict(dict)
        for (player, name), value in zip(names, loop.engine.mean(stacked).tolist(), strict=True):
            means[player][name] = value
        self._sums.clear()
        self._counts.clear()
        return dict(means)


def read_statistics(path: Path) -> list[dict[str, Any]]:
    """The lines of a ``stats.jsonl``; see `read_lines` for those that are damaged."""
    return read_lines(path, _understood)


class _Line(BaseModel, strict=True, extra="allow"):
    """What a line holds at least; whatever else is a table in it is a player's means."""

    images: int
    seconds: float
    __pydantic_extra__: dict[str, dict[str, float] | float | str | None]


def _understood(line: bytes) -> dict[str, Any]:
    _Line.model_validate_json(line)
    found: dict[str, Any] = json.loads(line)
    return found


class Samples:
    """Grids of what the game makes of the same beginnings as training goes, and their animation.

    Args:
        folder: The run's folder.
        every: Images between two grids.
        draw: Makes the grid, shape (1, c, H, W): of fixed latents, or of fixed pictures.
        seed: The run's seed, for the picture's metadata.
    """

    def __init__(
        self, folder: Path, *, every: int, draw: Callable[[Game[Any]], Tensor], seed: int
    ) -> None:
        self.folder = folder
        self.every = every
        self.draw = draw
        self.seed = seed

    def started(self, loop: AnyLoop) -> None:
        """Show where the run begins."""
        if loop.images == 0:
            self._draw(loop)

    def played(self, loop: AnyLoop, record: Record) -> None:
        """Draw a grid when one is due."""
        if passed(loop, self.every):
            self._draw(loop)

    def stopped(self, loop: AnyLoop) -> None:
        """Draw the last grid and the animation."""
        if loop.engine.is_main:
            self._draw(loop)
            frames = [
                file
                for file in sorted((self.folder / "samples").glob("*.png"))
                if int(file.stem) <= loop.images
            ]
            save_gif(frames, self.folder / "samples.gif")

    def _draw(self, loop: AnyLoop) -> None:
        if not loop.engine.is_main:
            return
        (picture,) = to_pictures(self.draw(loop.game))
        facts = provenance(run=self.folder.name, seed=self.seed, images=loop.images)
        save_png(picture, self.folder / "samples" / f"{loop.images:010d}.png", facts=facts)


class Checkpoints:
    """``checkpoints/latest.safetensors``, replaced every so many seconds and at the end.

    When it is written changes nothing in the run, so time is the right measure: a kill costs at
    most that much work.

    Args:
        folder: The run's folder.
        seconds: Time between two checkpoints.
        facts: What goes into every checkpoint beside the loop's state.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from unittest.mock import Mock
        >>> from zerosum.checkpoint import load_checkpoint
        >>> loop = Mock(spec=Loop, images=64, game=Mock(players={}), engine=Mock(is_main=True))
        >>> loop.state_dict.return_value = {"images": 64}
        >>> with TemporaryDirectory() as folder:
        ...     checkpoints = Checkpoints(Path(folder), seconds=60.0, facts={"seed": 0})
        ...     checkpoints.save(loop)
        ...     load_checkpoint(checkpoints.path)
        {'seed': 0, 'loop': {'images': 64}}
    """

    def __init__(self, folder: Path, *, seconds: float, facts: Mapping[str, Any]) -> None:
        self.path = folder / "checkpoints" / "latest.safetensors"
        self.seconds = seconds
        self.facts = dict(facts)
        self._saved_at = (-1, 0.0)

    def started(self, loop: AnyLoop) -> None:
        """Save the untrained state, so that there is something to resume from the start."""
        if loop.images == 0:
            self.save(loop)
        self._saved_at = (loop.images, time.monotonic())

    def played(self, loop: AnyLoop, record: Record) -> None:
        """Save when it is time."""
        if time.monotonic() - self._saved_at[1] >= self.seconds:
            self.save(loop)

    def stopped(self, loop: AnyLoop) -> None:
        """Save the last state."""
        if self._saved_at[0] != loop.images:
            self.save(loop)

    def save(self, loop: AnyLoop) -> None:
        """Replace the checkpoint by the present state.

        Raises:
            NonFiniteCostError: A weight is not finite; the checkpoint before it stays.
            CheckpointError: The file could not be written.
        """
        if not loop.engine.is_main:
            return
        for name, player in loop.game.players.items():
            if not all(bool(torch.isfinite(weight).all()) for weight in player.parameters):
                raise NonFiniteCostError(
                    f"weights of the {name} are no longer finite after {loop.images:,} images; "
                    f"{self.path} is left as it was. Start a new run with a lower learning rate."
                )
        self.path.parent.mkdir(exist_ok=True)
        save_checkpoint(self.path, {**self.facts, "loop": loop.state_dict()})
        self._saved_at = (loop.images, time.monotonic())
