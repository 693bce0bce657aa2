"""How much disk a run folder will take, from a loop that was assembled and has played."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from zerosum.config import RunConfig
from zerosum.training.hooks import Samples
from zerosum.training.loop import Loop

__all__ = ["disk_of"]

_PNG = 0.8
"""Bytes of a grid for each of its numbers: photographs and noise take 0.7 to 0.9, digits 0.4."""
_GIF = 1.0
"""Bytes of an animation for each pixel of a frame: it has 256 colours."""
_LINE = 1200
"""Bytes of a line of the log, in ``stats.jsonl`` and for TensorBoard."""
_EVALUATION = 2000
"""Likewise of an evaluation."""
_REST = 200 * 10**3
"""Bytes of curves, settings and headers."""


def disk_of(config: RunConfig, loop: Loop[Any], *, drawn: int) -> int:
    """Bytes that a run folder will take at most, while a checkpoint is being replaced too.

    Checkpoints are as large as what the loop holds after its first rounds; grids are drawn and
    counted. In MB, of runs that were trained: `dcgan-digits` 18.6, and took 18.3;
    `cyclegan-small` on photographs 45.7 (44.1); `stylegan2-faces32` on them 39.3 (38.8);
    `classifier` 8.4 (8.3).

    Args:
        config: The run.
        loop: Of the same networks and optimizers, all of which have moved.
        drawn: Pictures in the loop's own sample grids.
    """
    checkpoint = _bytes_of(loop.state_dict())
    copies = 3 if config.evaluate_every else 2  # One of them while it takes the other's place.
    grids = config.total_images // config.sample_every + 2
    lines = config.total_images // config.log_every + 1
    evaluations = config.total_images // config.evaluate_every + 2 if config.evaluate_every else 0
    return round(
        copies * checkpoint
        + grids
        * sum(_grid(hook) for hook in loop.hooks if isinstance(hook, Samples))
        * (config.sample_count / drawn)
        + lines * _LINE
        + evaluations * _EVALUATION
        + _REST
    )


def _grid(samples: Samples) -> float:
    """Bytes of a grid, and of a frame of the animation of them."""
    _, channels, height, width = samples.draw().shape
    return height * width * (channels * _PNG + _GIF)


def _bytes_of(state: Any) -> int:
    if isinstance(state, Tensor):
        return state.nbytes
    if isinstance(state, Mapping):
        return sum(map(_bytes_of, state.values()))
    return sum(map(_bytes_of, state)) if isinstance(state, list | tuple) else 0
