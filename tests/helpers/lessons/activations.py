from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from hypothesis import strategies as st

from helpers.lessons import Corruption
from zerosum.networks.activations import Activation

EXAMPLES = 5
CHEAP = {
    "hidden": st.integers(4, 20),
    "rounds": 12,
    "learning_rate": st.sampled_from([0.01, 0.3, 2.0]),
}


Function = Callable[[float], Mapping[str, Activation]]


def _changed(name: str, **change: Any) -> Callable[[Function], Function]:
    """One activation with another value, slope, range or steepest slope."""

    def corrupt(function: Function) -> Function:
        def wrong(leak: float) -> Mapping[str, Activation]:
            known = function(leak)
            return {**known, name: replace(known[name], **change)}

        return wrong

    return corrupt


_TARGET = "zerosum.lessons.activations.activations"

CORRUPTIONS = [
    Corruption(_TARGET, _changed("sigmoid", slope=torch.sigmoid)),
    Corruption(_TARGET, _changed("sigmoid", steepest=0.5)),
    Corruption(_TARGET, _changed("tanh", slope=lambda a: 1 - a.square())),
    Corruption(_TARGET, _changed("tanh", range=(0.0, 1.0))),
    Corruption(_TARGET, _changed("relu", slope=lambda a: (a < 0).to(a.dtype))),
    Corruption(_TARGET, _changed("leaky-relu", slope=lambda a: (a > 0).to(a.dtype))),
    Corruption(
        "zerosum.lessons.activations.dead_units", lambda _: lambda slopes: (slopes == 0).any(dim=0)
    ),
]
