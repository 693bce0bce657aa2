"""A lesson, computed for some values of its controls."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import torch

from zerosum.errors import ZerosumError
from zerosum.lessons.controls import hints_of
from zerosum.lessons.learning import call_of, compute_lesson, controls_of
from zerosum.lessons.named import lesson
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute a lesson.

    Args:
        arguments: ``name``; ``controls``, values by name; ``full``, whether in its long form.
        progress: Called with how much is done and of how much.

    Returns:
        ``answer``; ``html``, what its page shows below the heading; ``claims``; ``seconds`` that
        it took; ``call``, the equal command.

    Raises:
        ZerosumError: A value does not do; its attribute ``field`` names the control.
    """
    name, values, full = arguments["name"], arguments["controls"], arguments["full"]
    begun = perf_counter()
    try:
        controls = controls_of(name, values)
        with _one_thread():
            learned = compute_lesson(name, controls, full=full, held=False, progress=progress)
    except ZerosumError as error:
        error.field = _blamed(name, values, str(error))  # type: ignore[attr-defined]
        raise
    return {
        "answer": learned.answer,
        "html": learned.fragment(),
        "claims": [{"statement": text, "holds": holds} for text, holds in learned.claims.items()],
        "seconds": perf_counter() - begun,
        "call": call_of(name, controls, full=full),
    }


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute in one thread.

    Beside a training, which takes all cores, two that wait for each other took up to twenty times
    as long for the small networks of the lessons.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _blamed(name: str, values: Mapping[str, Any], message: str) -> str | None:
    """The control that a message is about: whose value alone is refused, or that it names."""
    for each, value in values.items():
        try:
            controls_of(name, {each: value})
        except ZerosumError as error:
            if str(error) == message:
                return each
    named = [each for each in hints_of(lesson(name).controls) if _is_named(each, message)]
    told = [each for each, value in values.items() if value and str(value) in message]
    return next(iter([*named, *told]), None)


def _is_named(control: str, message: str) -> bool:
    """Whether a message names a control as an option, or begins with it."""
    option = re.escape(control.replace("_", "-"))
    return re.search(rf"(^|--){option}\b", message) is not None
