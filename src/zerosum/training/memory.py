"""How much memory tensors take while something is computed, and how much there is."""

import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

__all__ = ["TensorMemory", "free_memory"]

CGROUP = Path("/sys/fs/cgroup")


class TensorMemory(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Within the block, counts the bytes of the tensors that are alive and were made there.

    The allocator's rounding and what kernels take for themselves are not counted.

    Attributes:
        most: The most bytes at any time.

    Example:
        >>> with TensorMemory() as memory:
        ...     x = torch.ones(1000)
        ...     for _ in range(10):
        ...         y = x + 1
        >>> memory.most  # x, y, and the next y before the last one is gone
        12000
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.most = 0
        self._now = 0
        self._known: weakref.WeakSet[torch.UntypedStorage] = weakref.WeakSet()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Count what an operation makes."""
        made = func(*args, **(kwargs or {}))
        arguments = _storages((args, kwargs))
        for storage in _storages(made) - arguments:  # Views have the memory of what they show.
            self._count(storage)
        return made

    def _count(self, storage: torch.UntypedStorage) -> None:
        if storage in self._known:
            return
        self._known.add(storage)
        size = storage.nbytes()
        self._now += size
        self.most = max(self.most, self._now)
        weakref.finalize(storage, self._forget, size)

    def _forget(self, size: int) -> None:
        self._now -= size


def _storages(values: Any) -> set[torch.UntypedStorage]:
    return {each.untyped_storage() for each in tree_leaves(values) if isinstance(each, Tensor)}


def free_memory(device: torch.device) -> int:
    """Bytes that this process may still take on the device.

    On the CPU: what the machine could give, and no more than a container is allowed to.

    Example:
        >>> free_memory(torch.device("cpu")) > 0
        True
    """
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    free: int = int(psutil.virtual_memory().available)
    with suppress(OSError, ValueError):  # No container, or no limit.
        limit, used = (int((CGROUP / f"memory.{name}").read_text()) for name in ("max", "current"))
        free = min(free, limit - used + _of_files())
    return max(free, 0)


def _of_files() -> int:
    """Bytes of a container's memory that keep files which were read, and are free when asked for.

    Images are files: of a run that has read many, a container would else seem to be full.
    """
    lines = (CGROUP / "memory.stat").read_text().splitlines()
    sizes = dict(line.split() for line in lines)
    return sum(int(sizes.get(f"{state}_file", 0)) for state in ("active", "inactive"))
