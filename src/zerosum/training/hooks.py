"""What happens beside the game: the log, the sample grids, the checkpoints."""

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from zerosum.checkpoint import require_like, save_checkpoint
from zerosum.errors import NonFiniteCostError
from zerosum.evaluation.records import read_scores
from zerosum.files import write_text
from zerosum.jsonlines import append_line
from zerosum.media.animations import save_gif
from zerosum.media.images import provenance, save_png, to_images
from zerosum.plots.curves import draw_curves
from zerosum.training.loop import Loop, Record
from zerosum.training.records import read_statistics

__all__ = ["Checkpoints", "Samples", "Statistics", "passed"]

AnyLoop = Loop[Any]


def passed(loop: AnyLoop, every: int) -> bool:
    """Whether the round just played took the run past a multiple of ``every`` images.

    Example:
        >>> from unittest.mock import Mock
        >>> def after(images): return Mock(spec=Loop, images_seen=images, before=images - 64)
        >>> [images for images in range(64, 449, 64) if passed(after(images), every=100)]
        [128, 256, 320, 448]
    """
    return loop.images_seen // every > loop.before // every


class Statistics:
    """Means of all scores between two lines: ``stats.jsonl``, TensorBoard events, curves.

    A line that the end of a session cuts short is dropped when the run goes on, like all lines
    from beyond the checkpoint: what it sums up is in the checkpoint, and the whole line follows.

    Args:
        folder: The run's folder.
        every: Images between two lines.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from unittest.mock import Mock
        >>> from zerosum.training.engine import Engine
        >>> engine = Engine(device=torch.device("cpu"))
        >>> loop = Mock(spec=Loop, images_seen=0, before=0, rounds=0, engine=engine)
        >>> with TemporaryDirectory() as folder:
        ...     statistics = Statistics(Path(folder), every=128)
        ...     statistics.started(loop)
        ...     for loop.images_seen, cost in ((64, 1.0), (128, 2.0)):
        ...         statistics.played(loop, {"generator": {"cost": torch.tensor(cost)}})
        ...     statistics.stopped(loop)
        ...     [(line["images"], line["generator"]) for line in read_statistics(statistics.path)]
        [(128, {'cost': 1.5})]
    """

    name = "statistics"

    def __init__(self, folder: Path, *, every: int) -> None:
        self.folder = folder
        self.path = folder / "stats.jsonl"
        self.every = every
        self._sums: dict[str, dict[str, Tensor]] = {}
        self._counts: dict[str, dict[str, int]] = {}
        self._whole = 0  # images at the last line that nothing cut short
        self._seconds_before = 0.0
        self._writer: SummaryWriter | None = None
        self._is_open = False
        self._opened = self._line_started = 0.0
        self._line_images = 0

    def state_dict(self) -> dict[str, Any]:
        """The sums since the last line; of the main process where there are several."""
        sums = {player: dict(scores) for player, scores in self._sums.items()}
        counts = {player: dict(scores) for player, scores in self._counts.items()}
        return {"sums": sums, "counts": counts, "whole": self._whole}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back; the log itself follows with the next round.

        Raises:
            CheckpointError: It is not what `state_dict` gave.
        """
        like: dict[str, Any] = {"sums": {}, "counts": {}, "whole": 0}
        require_like(state, like, "loop.hooks.statistics")
        for player, counts in state["counts"].items():
            sums = dict.fromkeys(counts, torch.zeros(()))
            require_like(state["sums"], {player: sums}, "loop.hooks.statistics.sums")
            require_like(counts, dict.fromkeys(sums, 0), "loop.hooks.statistics.counts")
        self._sums = {player: dict(scores) for player, scores in state["sums"].items()}
        self._counts = {player: dict(counts) for player, counts in state["counts"].items()}
        self._whole = state["whole"]
        self._close()

    def started(self, loop: AnyLoop) -> None:
        """Cut the log back to where the run stands, and write the line that is due there."""
        self._open(loop)
        self._write_if_due(loop)

    def _open(self, loop: AnyLoop) -> None:
        if loop.engine.is_main:
            kept = [line for line in read_statistics(self.path) if line["images"] <= self._whole]
            write_text(self.path, "".join(json.dumps(line) + "\n" for line in kept))
            self._seconds_before = kept[-1]["seconds"] if kept else 0.0
            self._writer = SummaryWriter(self.folder / "tensorboard", purge_step=self._whole + 1)
        self._opened = self._line_started = time.perf_counter()
        self._line_images = loop.images_seen
        self._is_open = True

    def played(self, loop: AnyLoop, record: Record) -> None:
        """Add the round's scores; write a line when one is due."""
        for player, scores in record.items():
            sums = self._sums.setdefault(player, {})
            counts = self._counts.setdefault(player, {})
            for name, value in scores.items():
                sums[name] = sums[name] + value if name in sums else value.clone()
                counts[name] = counts.get(name, 0) + 1
        if not self._is_open:  # The run was sent back.
            self._open(loop)
        self._write_if_due(loop)

    def _write_if_due(self, loop: AnyLoop) -> None:
        if passed(loop, self.every) and self._whole < loop.images_seen and self._sums:
            self._write(loop)
            # Only now: a line that could not be written is written when the run goes on.
            self._whole, self._sums, self._counts = loop.images_seen, {}, {}

    def stopped(self, loop: AnyLoop) -> None:
        """Write what is left, and draw the curves."""
        if self._sums:
            self._write(loop)
        self._close()
        if loop.engine.is_main:
            scores = [
                values
                for values in read_scores(self.folder / "scores.jsonl")
                if values.subject.get("while") == "training"
            ]
            lines = read_statistics(self.path)
            draw_curves(lines, self.folder / "curves.png", scores=scores)

    def _close(self) -> None:
        self._is_open = False
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _write(self, loop: AnyLoop) -> None:
        loop.require_finite()
        means = self._means(loop)
        now = time.perf_counter()
        rate = (loop.images_seen - self._line_images) / max(now - self._line_started, 1e-9)
        line = {
            "images": loop.images_seen,
            "rounds": loop.rounds,
            "seconds": round(self._seconds_before + now - self._opened, 3),
            "images_per_second": round(rate, 1),
            **means,
        }
        self._line_images, self._line_started = loop.images_seen, now
        if self._writer is None:
            return
        append_line(self.path, line)
        self._writer.add_scalar("images_per_second", rate, loop.images_seen)
        for player, scores in means.items():
            for name, value in scores.items():
                self._writer.add_scalar(f"{player}/{name}", value, loop.images_seen)

    def _means(self, loop: AnyLoop) -> dict[str, dict[str, float]]:
        """The means since the last line, over the processes too."""
        names = [(player, name) for player, sums in self._sums.items() for name in sums]
        stacked = torch.stack(
            [self._sums[player][name] / self._counts[player][name] for player, name in names]
        )
        means: dict[str, dict[str, float]] = defaultdict(dict)
        for (player, name), value in zip(names, loop.engine.mean(stacked).tolist(), strict=True):
            means[player][name] = value
        return dict(means)


class Samples:
    """Grids of what the game makes of the same beginnings as training goes, and their animation.

    Args:
        folder: The run's folder.
        every: Images between two grids.
        draw: Makes the grid, shape (1, c, H, W): of fixed latents, or of fixed images.
        seed: The run's seed, for the image's metadata.
    """

    def __init__(self, folder: Path, *, every: int, draw: Callable[[], Tensor], seed: int) -> None:
        self.folder = folder
        self.every = every
        self.draw = draw
        self.seed = seed

    def started(self, loop: AnyLoop) -> None:
        """Show where the run begins."""
        if loop.images_seen == 0:
            self.draw_grid(loop)

    def played(self, loop: AnyLoop, record: Record) -> None:
        """Draw a grid when one is due."""
        if passed(loop, self.every):
            self.draw_grid(loop)

    def stopped(self, loop: AnyLoop) -> None:
        """Draw the last grid and the animation."""
        if loop.engine.is_main:
            self.draw_grid(loop)
            frames = [
                file  # A user may have put other images beside them.
                for file in sorted((self.folder / "samples").glob("*.png"))
                if re.fullmatch("[0-9]{10,}", file.stem) and int(file.stem) <= loop.images_seen
            ]
            save_gif(frames, self.folder / "samples.gif")

    def draw_grid(self, loop: AnyLoop) -> None:
        """Draw the grid, under the number of images seen so far."""
        if not loop.engine.is_main:
            return
        loop.require_finite()
        (image,) = to_images(self.draw())
        facts = provenance(run=self.folder.name, seed=self.seed, images_seen=loop.images_seen)
        save_png(image, self.folder / "samples" / f"{loop.images_seen:010d}.png", facts=facts)


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
        >>> from unittest.mock import MagicMock
        >>> from zerosum.checkpoint import load_checkpoint
        >>> loop = MagicMock(spec=Loop, images_seen=64, rollbacks=0)
        >>> loop.game, loop.engine = MagicMock(players={}), MagicMock(is_main=True)
        >>> loop.state_dict.return_value = {"images": 64}
        >>> with TemporaryDirectory() as folder:
        ...     checkpoints = Checkpoints(Path(folder), seconds=60.0, facts={"seed": 0})
        ...     checkpoints.save(loop)
        ...     load_checkpoint(checkpoints.path)
        {'seed': 0, 'loop': {'images': 64}}
    """

    def __init__(self, folder: Path, *, seconds: float, facts: Mapping[str, Any]) -> None:
        self.path = folder / "checkpoints" / "latest.safetensors"
        self.best_path = folder / "checkpoints" / "best.safetensors"
        self.seconds = seconds
        self.facts = dict(facts)
        self._saved = (-1, -1)  # images and rollbacks
        self._saved_at = 0.0

    def started(self, loop: AnyLoop) -> None:
        """Save the untrained state, so that there is something to resume from the start."""
        if loop.images_seen == 0:
            self.save(loop)
        self._saved_at = time.monotonic()

    def played(self, loop: AnyLoop, record: Record) -> None:
        """Save when it is time."""
        if time.monotonic() - self._saved_at >= self.seconds:
            self.save(loop)

    def stopped(self, loop: AnyLoop) -> None:
        """Save the last state."""
        self.save(loop)

    def keep(self, loop: AnyLoop) -> None:
        """Save, unless this state of the game is saved: before what may take long, or fail."""
        if self._saved != (loop.images_seen, loop.rollbacks):
            self.save(loop)

    def save(self, loop: AnyLoop) -> None:
        """Replace the checkpoint by the present state.

        Raises:
            NonFiniteCostError: A weight is not finite; the checkpoint before it stays.
            CheckpointError: The file could not be written.
        """
        self._write(loop, self.path)
        self._saved = (loop.images_seen, loop.rollbacks)
        self._saved_at = time.monotonic()

    def save_best(self, loop: AnyLoop) -> None:
        """Replace the checkpoint of the best evaluation by the present state; errors as above."""
        self._write(loop, self.best_path)

    def _write(self, loop: AnyLoop, path: Path) -> None:
        if not loop.engine.is_main:
            return
        state = loop.state_dict()
        _refuse_not_finite(loop, path)
        with loop.doing("saving"):
            path.parent.mkdir(exist_ok=True)
            save_checkpoint(path, {**self.facts, "loop": state})


def _refuse_not_finite(loop: AnyLoop, path: Path) -> None:
    for name, player in loop.game.players.items():
        if not all(bool(torch.isfinite(weight).all()) for weight in player.parameters):
            raise NonFiniteCostError(
                f"weights of the {name} are no longer finite after {loop.images_seen:,} images; "
                f"{path} is left as it was. Start a new run with a lower learning rate."
            )
