"""What is done before the first request comes: all slow imports, and PyTorch's first steps."""

from typing import Any

import torch

import zerosum.lessons.learning  # noqa: F401  Imported for what it brings into memory.
from zerosum.training.engine import choose_device
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Import what is slow.

    Returns:
        The device on which trainings run by default.
    """
    weights = torch.zeros(1, 1, 3, 3, requires_grad=True)
    torch.conv2d(torch.zeros(1, 1, 8, 8), weights).sum().backward()  # type: ignore[no-untyped-call]
    return {"device": str(choose_device("auto"))}
