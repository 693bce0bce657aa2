from collections.abc import Callable
from dataclasses import replace
from operator import itemgetter
from typing import Any

from hypothesis import strategies as st

from helpers.lessons import Corruption
from zerosum.errors import ConfigError
from zerosum.lessons.shapes import ShapesControls
from zerosum.nn import Window

EXAMPLES = 20

_FIELDS = {
    "kind": st.sampled_from(("convolution", "transposed")),
    "size": st.integers(1, 48),
    "kernel": st.integers(1, 8),
    "stride": st.integers(1, 8),
    "padding": st.integers(0, 8),
    "dilation": st.integers(1, 4),
    "output_padding": st.integers(0, 7),
    "wanted": st.integers(1, 64),
}


def _go_together(values: dict[str, Any]) -> bool:
    try:
        ShapesControls(**values)
    except ConfigError:
        return False
    return True


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Half of what is drawn has small numbers, so that there are ways to the wanted size."""
    if values["kind"] == "convolution":
        values = values | {"output_padding": 0}
    if values["size"] % 2:
        return values
    dilation = 1 + values["dilation"] % 2
    return values | {"dilation": dilation, "wanted": max(1, values["size"] // 2)}


_drawn = st.shared(st.fixed_dictionaries(_FIELDS).map(_plain).filter(_go_together), key="shapes")

CHEAP = {name: _drawn.map(itemgetter(name)) for name in _FIELDS}

Function = Callable[..., Any]


def _window(**changed: Callable[[Window], int]) -> Callable[[Function], Function]:
    """A window that is mistaken in one of its numbers."""

    def corrupt(right: Function) -> Function:
        def wrong(*arguments: Any, **named: Any) -> Window:
            window: Window = right(*arguments, **named)
            return replace(window, **{name: value(window) for name, value in changed.items()})

        return wrong

    return corrupt


def _odd_one_before(window: Window) -> int:
    return max(window.after, window.before)


def _turned(window: Window) -> int:
    return min(window.after, window.before)


def _without_the_last(right: Function) -> Function:
    return lambda *arguments, **named: right(*arguments, **named)[:-1]


CORRUPTIONS = [
    Corruption("zerosum.lessons.shapes.symmetric_window", _window(after=lambda w: w.after + 1)),
    Corruption(
        "zerosum.lessons.shapes_layers.tensorflow_window",
        _window(before=_odd_one_before, after=_turned),
    ),
    Corruption("zerosum.lessons.shapes_layers.tensorflow_window", _window(after=lambda w: 0)),
    Corruption("zerosum.lessons.shapes.windows_between", _without_the_last),
    Corruption(
        "zerosum.lessons.shapes_layers.torch_padding",
        lambda _: lambda window, size, transposed: None,
    ),
    Corruption("zerosum.nn.traced.tensorflow_window", _window(after=lambda w: w.before)),
]
