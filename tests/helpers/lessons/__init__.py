"""How the claims of each lesson are tried: a module of the lesson's name for each.

It has CORRUPTIONS, mistakes of the kind that people make, each of which some claim must notice;
and, where the defaults do not do, EXAMPLES, how many controls are drawn, and CHEAP, strategies or
values that make it fast.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pkgutil import resolve_name
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from zerosum.lessons.controls import Controls, Number, choices_of
from zerosum.lessons.learning import Learned, compute_lesson
from zerosum.lessons.named import LESSONS, lesson

__all__ = ["Corruption", "Trial", "cheap_controls", "cheaply_learned", "controls_of", "trial_of"]


@dataclass(frozen=True)
class Corruption:
    """A mistake: what is put in the place of what.

    Attributes:
        target: ``package.module.name``, as the lesson or the mathematics looks it up.
        wrong: From what is there to the mistaken thing.
    """

    target: str
    wrong: Callable[[Any], Any]

    def original(self) -> Any:
        return resolve_name(self.target)


@dataclass(frozen=True, kw_only=True)
class Trial:
    corruptions: list[Corruption]
    examples: int = 30
    cheap: Mapping[str, Any] = field(default_factory=dict)


def trial_of(name: str) -> Trial:
    module = import_module(f"helpers.lessons.{LESSONS[name].module}")
    return Trial(
        corruptions=module.CORRUPTIONS,
        examples=getattr(module, "EXAMPLES", 30),
        cheap=getattr(module, "CHEAP", {}),
    )


def controls_of(name: str) -> SearchStrategy[Controls]:
    """Any controls of a lesson, as expensive as a test can bear."""
    kind, cheap = lesson(name).controls, trial_of(name).cheap
    hints = get_type_hints(kind, include_extras=True)
    strategies = {
        field: cheap[field] if field in cheap else _strategy(hint, getattr(kind(), field))
        for field, hint in hints.items()
    }
    made = {
        field: each if isinstance(each, SearchStrategy) else st.just(each)
        for field, each in strategies.items()
    }
    return st.fixed_dictionaries(made).map(lambda values: _made(kind, values))


def _made(kind: type[Controls], values: Mapping[str, Any]) -> Controls:
    """The controls; beartype, which looks at a random item of each list, leaves no trace.

    Hypothesis refuses strategies that use random numbers other than its own.
    """
    state = random.getstate()
    try:
        controls: Controls = replace(kind(), **values)
    finally:
        random.setstate(state)
    return controls


def cheap_controls(name: str) -> Controls:
    """The defaults of a lesson, but for those that a test cannot bear."""
    cheap = trial_of(name).cheap
    values = {key: each for key, each in cheap.items() if not isinstance(each, SearchStrategy)}
    controls: Controls = replace(lesson(name).controls(), **values)
    return controls


@cache
def cheaply_learned(name: str) -> Learned:
    """The lesson with these controls, computed once for all tests of a process."""
    return compute_lesson(name, cheap_controls(name))


def _strategy(hint: Any, default: Any) -> SearchStrategy[Any]:
    """The values that a control's annotation allows; what is a reader's own stays away."""
    if choices := choices_of(hint):
        return st.sampled_from(choices)
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    for each in extras:
        if isinstance(each, Number) and isinstance(default, int):
            return st.integers(int(each.low), int(each.high))
        if isinstance(each, Number):
            return st.floats(each.low, each.high)
    return st.just(default)
