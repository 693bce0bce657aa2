"""A device that nobody can look at: it knows shapes only, and whoever asks for a value fails."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from on_gpu.games import make_loop
from zerosum.config import RunConfig
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine

__all__ = ["play_unseen"]

DEVICE = torch.device("meta")

_autocast, _is_autocast_enabled = torch.autocast, torch.is_autocast_enabled


class _NoConstants(TorchFunctionMode):
    """Refuses tensors that are made of Python's numbers: these would have to be sent."""

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        if name in ("tensor", "as_tensor", "new_tensor") and made.device == DEVICE:
            source = tree_leaves(args)
            on_device = any(isinstance(each, torch.Tensor) for each in source)
            assert on_device, f"a constant is sent to the device: {args}"
        return made


class _NoTransfers(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Refuses to send tensors to and fro, and what makes the host wait in other ways."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        given = [each for each in tree_leaves((args, kwargs)) if isinstance(each, torch.Tensor)]
        devices = {each.device for each in given if each.ndim}
        devices |= {each.device for each in tree_leaves(made) if isinstance(each, torch.Tensor)}
        name = func.overloadpacket.__name__
        assert len(devices) < 2, f"{name} sends something from one device to another"
        assert DEVICE not in devices or name not in _WAITING, f"{name} makes the host wait"
        return made


_WAITING = ("nonzero", "masked_select", "linalg_inv", "_linalg_check_errors", "unique2")


def _cast(device: str, *arguments: Any, **named: Any) -> Any:
    if device == DEVICE.type:
        return contextlib.nullcontext()
    return _autocast(device, *arguments, **named)


def _is_cast(device: str) -> bool:
    return device != DEVICE.type and _is_autocast_enabled(device)


@contextmanager
def _possible() -> Iterator[None]:
    """The device has no random numbers and no half precision of its own."""

    def on_host(self: Randomness, **named: Any) -> None:
        device = named.pop("device", "cpu")
        original(self, **named, device="cpu")
        self.device = torch.device(device)

    original: Callable[..., None] = Randomness.__init__
    with (
        patch.object(Randomness, "__init__", on_host),
        patch("torch.autocast", _cast),
        patch("torch.is_autocast_enabled", _is_cast),
    ):
        yield


@contextmanager
def _unseen() -> Iterator[None]:
    """Within the block, whatever makes the host wait for the device fails."""
    with _possible(), _NoConstants(), _NoTransfers():  # type: ignore[no-untyped-call]
        yield


def play_unseen(config: RunConfig) -> None:
    """Play three rounds; fails where the host waits in the second or the third."""
    with _possible():
        loop = make_loop(config, Engine(device=DEVICE, check_every=1_000))
        loop.play_round()  # The first one may prepare something.
    with _unseen():
        for _ in range(2):
            loop.play_round()
