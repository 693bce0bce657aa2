"""Random numbers that are the same on every device, so that devices can be compared."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from zerosum.randomness import Randomness

__all__ = ["drawn_on_the_host"]

_DRAWING = (torch.rand, torch.randn, torch.randint, torch.randperm)
_DRAWING_LIKE = {torch.rand_like: torch.rand, torch.randn_like: torch.randn}


class _OnHost(TorchFunctionMode):
    """Draws on the CPU whatever is drawn, and sends it to where it was wanted."""

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        named = dict(kwargs or {})
        if func in _DRAWING:
            device = named.pop("device", None)
            return func(*args, **named, device="cpu").to(device or "cpu")
        if func in _DRAWING_LIKE:
            like: Tensor = args[0]
            return _DRAWING_LIKE[func](like.shape).to(like)
        if func is functional.dropout:
            return _dropout(*args, **named)
        return func(*args, **named)


def _dropout(
    values: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    if not training or not p:
        return values
    kept = (torch.rand(values.shape) >= p).to(values)
    return values * kept / (1 - p)


@contextmanager
def drawn_on_the_host() -> Iterator[None]:
    """Within the block loops must be made and played that are to draw the same on all devices."""
    make = Randomness.__init__

    def on_host(self: Randomness, **named: Any) -> None:
        device = named.pop("device", "cpu")
        make(self, **named)
        self.device = torch.device(device)

    with patch.object(Randomness, "__init__", on_host), _OnHost():
        yield
