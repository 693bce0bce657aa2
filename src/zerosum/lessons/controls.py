"""What a reader can change in a lesson, declared as data.

A lesson's controls are a frozen dataclass whose fields say by annotations what they may be. From
them follow the options of the command line, what a page shows, and what tests try.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import numpy as np
import tyro
from numpy.typing import NDArray

from zerosum.checks import LARGEST
from zerosum.errors import ConfigError, DataError
from zerosum.explaining import explained

__all__ = [
    "Controls",
    "Matrix",
    "Network",
    "Number",
    "Picture",
    "Points",
    "RunFolder",
    "Seed",
    "choices_of",
    "hints_of",
    "matrix_of",
    "points_of",
    "rows_as_text",
]


@dataclass(frozen=True)
class Number:
    """A number between two others, both included.

    Attributes:
        low: The least.
        high: The greatest.

    Example:
        >>> Number(0, 1).check("share", 2)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: share must be between 0 and 1, got 2.
    """

    low: float
    high: float

    @property
    def words(self) -> str:
        """What help says of it."""
        return f"From {_short(self.low)} to {_short(self.high)}."

    def check(self, name: str, value: Any) -> None:
        """Refuse what is out of range.

        Raises:
            ConfigError: It is, or is not a number at all.
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(f"{name} must be a number, got {value!r}.")
        if not self.low <= value <= self.high:  # Also if it is not a number.
            told = f"{value:g}" if abs(value) < LARGEST or isinstance(value, float) else "more"
            raise ConfigError(
                f"{name} must be between {self.low:g} and {self.high:g}, got {told}."
            )


def _short(bound: float) -> str:
    return str(bound) if isinstance(bound, int) else f"{bound:g}"


@dataclass(frozen=True)
class Matrix:
    """A matrix as a text, rows between semicolons: ``1 0; 0 1``; empty: none.

    Attributes:
        most: Rows and columns at most.

    Example:
        >>> Matrix(most=2).check("payoffs", "1 0; 0")
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: payoffs: expected rows of equally many numbers between ...
    """

    most: int = 6

    @property
    def words(self) -> str:
        """What help says of it."""
        return f"At most {self.most} rows of {self.most}, as in '3 0; 5 1'."

    def check(self, name: str, value: Any) -> None:
        """Refuse what is no matrix.

        Raises:
            ConfigError: It is none, too large, or holds what is not finite.
        """
        if value:
            matrix_of(value, name, most=self.most)


@dataclass(frozen=True)
class Points:
    """Points of the plane, drawn by the reader, as a text: see `points_of`; empty: none.

    Attributes:
        least: How many there must be, if there are any.
        most: How many there may be.

    Example:
        >>> Points(most=1).check("points", "[[0, 1], [1, 0]]")
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: points: expected 1 to 1 points, got 2.
    """

    least: int = 1
    most: int = 1000

    @property
    def words(self) -> str:
        """What help says of it."""
        return (
            f"A file of two numbers a line, or JSON [[x, y], ...]; {self.least} to {self.most} "
            "points."
        )

    def check(self, name: str, value: Any) -> None:
        """Refuse what are no points.

        Raises:
            ConfigError: It is none, or there are too few or too many.
            DataError: There is no such file, or it holds something else.
        """
        if value:
            count = len(points_of(value, name))
            if not self.least <= count <= self.most:
                raise ConfigError(
                    f"{name}: expected {self.least} to {self.most} points, got {count}."
                )


Seed = Annotated[int, Number(0, 2**32 - 1)]
"""From which all random numbers of a lesson follow."""

Picture = Annotated[Path | None, tyro.conf.arg(metavar="FILE")]
"""An image file of the reader's own."""

RunFolder = Annotated[Path | None, tyro.conf.arg(metavar="RUN")]
"""A run of the reader's own."""

Network = Annotated[str | None, tyro.conf.arg(metavar="FILE.py:FACTORY")]
"""A network of the reader's own: a file, and the function in it that returns the network."""


@dataclass(frozen=True, kw_only=True)
class Controls:
    """Base class of what a lesson can be told; checks every value against its field's annotation.

    Raises:
        ConfigError: A value is none that the field may have.

    Example:
        >>> @dataclass(frozen=True, kw_only=True)
        ... class Mine(Controls):
        ...     rate: Annotated[float, Number(0, 1)] = 0.5
        ...     kind: Literal["one", "two"] = "one"
        >>> Mine(rate=2.0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: rate must be between 0 and 1, got 2.
        >>> Mine(kind="three")
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: kind must be one of one, two; got 'three'.
    """

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(type(self), include_extras=True).items():
            value, shown = getattr(self, name), name.replace("_", "-")
            choices = choices_of(hint)
            if choices and not any(_same(value, each) for each in choices):
                known = ", ".join(map(str, choices))
                raise ConfigError(f"{shown} must be one of {known}; got {value!r}.")
            _require_kind(hint, value, shown)
            for each in get_args(hint)[1:] if get_origin(hint) is Annotated else ():
                if isinstance(each, Number | Matrix | Points):
                    each.check(shown, value)

    def to_json(self) -> dict[str, Any]:
        """The values by name, paths as texts."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: str(value) if isinstance(value, Path) else value
            for name, value in values.items()
        }


def _same(value: Any, other: Any) -> bool:
    """Whether both are equal and of one type: 1.0 is no layer more than 1 is."""
    return type(value) is type(other) and bool(value == other)


def _require_kind(hint: Any, value: Any, name: str) -> None:
    """Refuse a fraction where a whole number is meant, and what is no text where one is.

    Raises:
        ConfigError: It is one.
    """
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    for kind, words in ((int, "a whole number"), (str, "a text")):
        if bare is kind and not isinstance(value, kind):
            raise ConfigError(f"{name} must be {words}, got {value!r}.")


def choices_of(hint: Any) -> tuple[Any, ...]:
    """The values of a control, where there are only a few.

    Example:
        >>> choices_of(Literal["a", "b"]), choices_of(bool), choices_of(float)
        (('a', 'b'), (False, True), ())
    """
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if bare is bool:
        return (False, True)
    return get_args(bare) if get_origin(bare) is Literal else ()


def hints_of(controls: type[Controls]) -> Mapping[str, Any]:
    """The annotations of all controls, by name.

    Example:
        >>> hints_of(Controls)
        {}
    """
    return get_type_hints(controls, include_extras=True)


def matrix_of(text: str, name: str = "matrix", *, most: int = 6) -> NDArray[np.float64]:
    """The matrix that a text stands for.

    Args:
        text: Rows between semicolons, numbers between blanks or commas.
        name: What the message calls it.
        most: Rows and columns at most.

    Returns:
        Shape (rows, columns).

    Raises:
        ConfigError: It is none, too large, or holds what is not finite.

    Example:
        >>> matrix_of("1 0; 0 1").tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    expected = (
        f"{name}: expected rows of equally many numbers between semicolons, as in '3 0; 5 1', at "
        f"most {most} rows of {most}; got {text!r}."
    )
    try:
        rows = [[float(each) for each in row.replace(",", " ").split()] for row in text.split(";")]
    except ValueError as error:
        raise ConfigError(expected) from error
    widths = {len(row) for row in rows}
    if len(widths) != 1 or not 0 < max(widths) <= most or len(rows) > most:
        raise ConfigError(expected)
    matrix = np.array(rows)
    if not np.isfinite(matrix).all():
        raise ConfigError(expected)
    return matrix


def rows_as_text(rows: Any, *extras: Any) -> Any:
    """Rows of numbers, as an array or lists, as the text that the control takes.

    Args:
        rows: What may be rows; anything else stays as it is, to be refused by name.
        extras: The control's annotations.

    Example:
        >>> rows_as_text([[1, 0], [0, 1]], Matrix())
        '1.0 0.0; 0.0 1.0'
        >>> rows_as_text(np.eye(2), Points())
        '[[1.0, 0.0], [0.0, 1.0]]'
    """
    try:
        array = np.asarray(rows, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        return rows
    if array.ndim != 2:
        return rows
    if any(isinstance(each, Points) for each in extras):
        return json.dumps(array.tolist())
    return "; ".join(" ".join(map(repr, row)) for row in array.tolist())


def points_of(text: str, name: str = "points") -> NDArray[np.float64]:
    """The points that a text stands for.

    Args:
        text: JSON, ``[[0.1, 0.5], [0.2, 0.6]]``; or the path of a file: JSON, or two numbers a
            line with commas or blanks between them.
        name: What the message calls them.

    Returns:
        Shape (n, 2).

    Raises:
        ConfigError: The text is neither JSON nor the name of a file.
        DataError: The file cannot be read, or holds something else.

    Example:
        >>> points_of("[[0.1, 0.5], [0.2, 0.6]]").shape
        (2, 2)
    """
    if text.lstrip().startswith("["):
        return _pairs(text, name, ConfigError)
    with explained(text, "read", error=DataError):
        content = Path(text).expanduser().read_text(encoding="utf-8", errors="replace")
    return _pairs(content, f"{name}: {text}", DataError)


def _pairs(
    text: str, name: str, error: type[ConfigError] | type[DataError]
) -> NDArray[np.float64]:
    try:
        if text.lstrip().startswith("["):
            pairs = np.array(json.loads(text), dtype=np.float64)
        else:
            lines = (line.replace(",", " ").split() for line in text.splitlines())
            pairs = np.array([[float(each) for each in line] for line in lines if line])
    except (ValueError, TypeError):
        pairs = np.zeros(0)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not np.isfinite(pairs).all():
        raise error(f"{name}: expected pairs of finite numbers, as in [[0.1, 0.5], [0.2, 0.6]].")
    return pairs
