"""What a lesson computes: an answer, numbers, tables and figures, all of them data."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import numpy as np

from zerosum.lessons.figures import Figure

__all__ = ["Results", "Table", "plain_value", "recorded_table", "shown_number"]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows below titles.

    Attributes:
        title: What it shows, in a line.
        columns: The titles.
        rows: Texts and numbers, as many in each row as there are columns.

    Example:
        >>> Table(title="Squares", columns=("x", "x²"), rows=[(1, 1), (2, 4)]).to_json()["rows"]
        [[1, 1], [2, 4]]
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def __post_init__(self) -> None:
        assert all(len(row) == len(self.columns) for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """Plain values, from which `Table` makes the same again."""
        return {
            "title": self.title,
            "columns": list(self.columns),
            "rows": [plain_value(row) for row in self.rows],
        }


@dataclass(frozen=True, kw_only=True)
class Results:
    """What a lesson has to show for the values of its controls.

    Attributes:
        answer: The short answer to the lesson's question, for these values: a few sentences.
        numbers: By name, for claims, programs and places in the text: numbers, texts, arrays.
        tables: By name.
        figures: By name.

    Example:
        >>> results = Results(answer="It is two.", numbers={"sum": 2, "parts": np.ones(2)})
        >>> results.to_json()["numbers"]
        {'sum': 2, 'parts': [1.0, 1.0]}
    """

    answer: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values of all but the figures."""
        return {
            "answer": self.answer,
            "numbers": plain_value(self.numbers),
            "tables": {name: table.to_json() for name, table in self.tables.items()},
        }


def plain_value(value: Any) -> Any:
    """The value as JSON has it: arrays and tensors as lists, what is not finite as a text.

    Example:
        >>> plain_value({"a": np.array([1.0, np.inf]), "b": (1, None)})
        {'a': [1.0, 'inf'], 'b': [1, None]}
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(name): plain_value(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(each) for each in value]
    if isinstance(value, complex):
        return [plain_value(value.real), plain_value(value.imag)]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value


def shown_number(value: Any) -> str:
    """A number as people read it, to four digits; texts stay as they are.

    Example:
        >>> shown_number(1.38629), shown_number(1e-7), shown_number(60000), shown_number("-")
        ('1.386', '1e−07', '60000', '-')
    """
    value = plain_value(value)
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    text = f"{value:.4g}"
    return "0" if text == "-0" else text.replace("-", "−")


def recorded_table(name: str) -> Table | None:
    """The table that ``--full`` computed, as the package carries it; None if it carries none.

    Args:
        name: The lesson's; ``scripts/record_lessons.py`` writes ``recorded/NAME.json``.

    Example:
        >>> recorded_table("no-such-lesson") is None
        True
    """
    file = files("zerosum.lessons") / "recorded" / f"{name}.json"
    return Table(**json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None
