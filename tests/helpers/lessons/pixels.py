from collections.abc import Callable
from math import log
from typing import Any

from helpers.lessons import Corruption
from zerosum.networks.made import MaskedLinear

EXAMPLES = 1
CHEAP = {"images": 2_000, "units": 100}


class _SeesItself(MaskedLinear):
    """A mask with ≥ in the place of >."""

    def __init__(self, inputs: Any, outputs: Any, *, strict: bool = False, gain: float = 1.0):
        super().__init__(inputs, outputs, strict=False, gain=gain)


def _per_one_less(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda found, *, dimensions: function(found, dimensions=dimensions - 1)


def _in_nats(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrong(*arguments: Any) -> Any:
        bits, asked = function(*arguments)
        return bits * log(2), asked

    return wrong


def _one_row_less(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments, rows: function(*arguments, rows=max(0, rows - 1))


CORRUPTIONS = [
    Corruption("zerosum.games.autoregressive.AutoregressiveGame.complete", _one_row_less),
    Corruption("zerosum.networks.made.MaskedLinear", lambda _: _SeesItself),
    Corruption("zerosum.lessons.pixels.likelihood_scores", _per_one_less),
    Corruption("zerosum.lessons.pixels.bits_of_pixels", _in_nats),
]
