"""Playing a run that is assembled: stopped by signals, saved whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from zerosum.config import RunConfig
from zerosum.errors import RunError, ZerosumError
from zerosum.explaining import explained
from zerosum.runs import Run
from zerosum.training.hooks import Checkpoints
from zerosum.training.loop import Loop
from zerosum.training.progress import Display
from zerosum.training.status import told
from zerosum.training.stopping import stopped_by_signals

__all__ = ["TrainingResult", "play"]


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """How a session of training ended.

    Attributes:
        run: The run.
        images_seen: Real images seen so far.
        total_images: Real images that the run is to see in all.
        is_main: Whether this process is the one that reports.

    Example:
        >>> from pathlib import Path
        >>> run = Run(Path("runs/dcgan-digits"))
        >>> stopped = TrainingResult(run=run, images_seen=6_400, total_images=200_000)
        >>> stopped.is_complete
        False
    """

    run: Run
    images_seen: int
    total_images: int
    is_main: bool = True

    @property
    def is_complete(self) -> bool:
        """Whether the run has seen all that it is to see."""
        return self.images_seen >= self.total_images


def play(loop: Loop[Any], run: Run, config: RunConfig) -> TrainingResult:
    """Play until the run has seen all its images, a signal comes, or something fails.

    Raises:
        ZerosumError: It failed; the message says what is saved.
    """
    engine = loop.engine
    # Preparing may have taken one process much longer than the others.
    engine.wait()
    with (
        told(run.status_path, loop, total=config.total_images),
        _rescued(loop, run),
        stopped_by_signals(loop.stop, say=engine.is_main),
    ):
        try:
            loop.run(until=config.total_images)
        finally:
            for hook in loop.hooks:
                if isinstance(hook, Display):
                    hook.close()
    engine.wait()  # Nobody goes on before the main process has saved.
    return TrainingResult(
        run=run,
        images_seen=loop.images_seen,
        total_images=config.total_images,
        is_main=engine.is_main,
    )


@contextmanager
def _rescued(loop: Loop[Any], run: Run) -> Iterator[None]:
    """Save the run before an error ends it, if the error did not come in the midst of a round."""
    try:
        yield
    except Exception as error:
        kept = _save(loop) or "The last checkpoint is good"
        go_on = f"{kept}; go on with: zerosum resume {run.path}"
        with explained(run.path, error=RunError, then=go_on):
            raise error


def _save(loop: Loop[Any]) -> str:
    """What could be saved, if anything could: else there is a checkpoint from before."""
    if not loop.is_whole:
        return ""
    with suppress(ZerosumError):  # What this would say is what ends the run already.
        for hook in loop.hooks:
            if isinstance(hook, Checkpoints):
                hook.save(loop)
                return f"The run is saved up to {loop.images_seen:,} images"
    return ""
