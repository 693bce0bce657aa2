"""Which of the device's kernels compute: the fast ones, or those that always give the same."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch

__all__ = ["kernels"]


@contextmanager
def kernels(device: torch.device, *, tf32: bool, deterministic: bool) -> Iterator[None]:
    """Within the block CUDA computes as asked for; elsewhere than on CUDA nothing changes.

    Without ``deterministic`` cuDNN tries its convolutions for each new shape and keeps the fastest
    one, which may be another one the next time, and some gradients are summed in the order in
    which they come: a run that is resumed goes on the same way only up to rounding.

    Args:
        device: Where the run computes.
        tf32: Whether products are taken of float32 numbers rounded to 10 bits behind the point, as
            they are on tensor cores, and summed in float32. PyTorch by itself does so in
            convolutions only.
        deterministic: Whether the same is computed from the same, bit for bit; slower.

    Example:
        >>> with kernels(torch.device("cpu"), tf32=True, deterministic=False):
        ...     torch.are_deterministic_algorithms_enabled()
        False
    """
    if device.type != "cuda":
        yield
        return
    if deterministic:  # cuBLAS reads it when it is first used.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    convolutions: Any = torch.backends.cudnn.conv  # type: ignore[attr-defined]
    recurrences: Any = torch.backends.cudnn.rnn
    each = (torch.backends.cuda.matmul, convolutions, recurrences)
    before = [kind.fp32_precision for kind in each]
    flags = (torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark)
    try:
        _round(each, ["tf32" if tf32 else "ieee"] * len(each))
        torch.use_deterministic_algorithms(deterministic)
        torch.backends.cudnn.benchmark = not deterministic
        with _repeatable() if deterministic else nullcontext():
            yield
    finally:
        _round(each, before)
        torch.use_deterministic_algorithms(flags[0])
        torch.backends.cudnn.benchmark = flags[1]


def _repeatable() -> AbstractContextManager[Any]:
    from zerosum.training.repeatable import Repeatable  # Where it is asked for alone.

    return Repeatable()


def _round(each: Sequence[Any], precisions: Sequence[str]) -> None:
    """Set how products, convolutions and recurrences round, in PyTorch's old words and new ones.

    `torch.compile` reads the old ones, which fail where only the new ones were told.
    """
    torch.backends.cuda.matmul.allow_tf32 = precisions[0] == "tf32"
    torch.backends.cudnn.allow_tf32 = precisions[1] == "tf32"
    for kind, precision in zip(each, precisions, strict=True):
        kind.fp32_precision = precision
