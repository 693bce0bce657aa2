"""What a lesson is: a question, a text, controls, a pure function, and claims about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from zerosum.lessons.controls import Controls
from zerosum.lessons.results import Results
from zerosum.types import Progress

__all__ = ["Claim", "Lesson", "checked", "silent", "states"]

ControlsT = TypeVar("ControlsT", bound=Controls)


@dataclass(frozen=True)
class Claim(Generic[ControlsT]):
    """A statement of a lesson's text, and how to find out whether it holds.

    Attributes:
        statement: The statement, in a sentence.
        holds: Whether it holds of the results for some controls; None where it says nothing.

    Example:
        >>> Claim("It is even.", lambda controls, results: results.numbers["sum"] % 2 == 0)
        Claim(statement='It is even.', holds=...)
    """

    statement: str
    holds: Callable[[ControlsT, Results], bool | None]


def states(
    statement: str,
) -> Callable[[Callable[[ControlsT, Results], bool | None]], Claim[ControlsT]]:
    """Make a claim of a function.

    Args:
        statement: What holds where the function returns True.

    Example:
        >>> @states("The sum is even.")
        ... def even(controls: Controls, results: Results) -> bool:
        ...     return results.numbers["sum"] % 2 == 0
        >>> even.statement
        'The sum is even.'
    """
    return lambda holds: Claim(statement, holds)


@dataclass(frozen=True, kw_only=True)
class Lesson(Generic[ControlsT]):
    """One question, answered by a computation.

    Attributes:
        controls: The class of its controls, whose defaults are the lesson as it is first seen.
        compute: From the controls' values to results; pure, and everything random follows from
            the controls. It tells a `Progress` how far it is.
        claims: What the text states, as functions. Tests evaluate them over the controls' range.
        held: Controls whose values a page holds all, by name, to switch between them.
        drawn: Options that take points, the last of them as a text: the page then has a square to
            draw in, and gives the command; empty: there are none.
        full: Controls of the long form of an experiment, by name; none: there is none.

    Example:
        >>> def compute(controls: Controls, progress: Progress) -> Results:
        ...     return Results(answer="Two.", numbers={"sum": 1 + 1})
        >>> @states("The sum is even.")
        ... def it_is_even(controls: Controls, results: Results) -> bool:
        ...     return results.numbers["sum"] % 2 == 0
        >>> lesson = Lesson(controls=Controls, compute=compute, claims=[it_is_even])
        >>> checked(lesson, Controls(), compute(Controls(), silent))
        {'The sum is even.': True}
    """

    controls: type[ControlsT]
    compute: Callable[[ControlsT, Progress], Results]
    claims: Sequence[Claim[ControlsT]]
    held: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    drawn: str = ""
    full: Mapping[str, Any] = field(default_factory=dict)


def silent(done: int, total: int) -> None:
    """A `Progress` that tells nobody.

    Example:
        >>> silent(1, 2)
    """


def checked(
    lesson: Lesson[ControlsT], controls: ControlsT, results: Results
) -> dict[str, bool | None]:
    """Each claim's statement, and whether it holds; None where it says nothing of these values."""
    return {
        claim.statement: (
            None if (holds := claim.holds(controls, results)) is None else bool(holds)
        )
        for claim in lesson.claims
    }
