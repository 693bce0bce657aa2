from collections.abc import Callable
from dataclasses import replace
from operator import itemgetter
from typing import Any

from hypothesis import strategies as st

from helpers.lessons import Corruption
from zerosum.networks import Stack

EXAMPLES = 12

# Sides that are so near to each other have a stack in common.
_sides = st.shared(st.tuples(st.integers(5, 40), st.integers(-2, 2)), key="planner")

CHEAP = {
    "height": _sides.map(itemgetter(0)),
    "width": _sides.map(lambda sides: max(5, sum(sides))),
    "channels": st.integers(1, 4),
    "chosen": st.integers(1, 20),
    "latent_size": st.integers(1, 8),
    "base_channels": st.integers(1, 6),
}

Function = Callable[..., Any]


def _wrong_in(change: Callable[[Any], Any]) -> Callable[[property], property]:
    """A property that is mistaken."""

    def corrupt(right: property) -> property:
        return property(lambda layer: change(right.fget(layer)))  # type: ignore[misc]

    return corrupt


def _without_cutting(right: Function) -> Function:
    """The last layer as all others: 4 → 8 → 16 → 32 for 28."""

    def wrong(*arguments: Any, **named: Any) -> list[Stack]:
        stacks = right(*arguments, **named)
        return [replace(stack, layers=_uncut(stack)) for stack in stacks]

    return wrong


def _uncut(stack: Stack) -> Any:
    *others, last = stack.layers
    rows = replace(last.rows, before=0, after=0)
    return (*others, replace(last, rows=rows))


def _doubled_first(right: Function) -> Function:
    return lambda *arguments, **named: [
        stack for stack in right(*arguments, **named) if "→ 7 →" not in stack.path
    ]


CORRUPTIONS = [
    Corruption("zerosum.lessons.planner.plan_stacks", _without_cutting),
    Corruption("zerosum.lessons.planner.plan_stacks", _doubled_first),
    Corruption(
        "zerosum.networks.planning.PlannedLayer.parameters",
        _wrong_in(lambda count: count + 1),
    ),
    Corruption(
        "zerosum.networks.planning.PlannedLayer.multiplications",
        _wrong_in(lambda count: 4 * count),
    ),
    Corruption(
        "zerosum.nn.arithmetic.Window.cell", _wrong_in(lambda cell: [sum(cell)] * len(cell))
    ),
    Corruption(
        "zerosum.networks.planning.PlannedLayer.output_padding",
        lambda _: property(lambda layer: (0, 0)),
    ),
]
