"""``scores.jsonl``: every score of a run with its protocol, one line each time it was measured."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, JsonValue

from zerosum.evaluation.protocol import Scores
from zerosum.explaining import explained, is_there
from zerosum.files import require_writable, write_text
from zerosum.jsonlines import append_line, read_lines

__all__ = [
    "append_scores",
    "as_scores",
    "read_scores",
    "require_appendable",
    "summary",
    "write_scores",
]


class _Part(BaseModel, strict=True, extra="forbid"):
    """A part of a line. One that says more than is known here was measured in another way."""


class _Score(_Part):
    value: float
    error: float
    how: str
    lower_is_better: bool


class _Protocol(_Part):
    network: dict[str, JsonValue]
    real: dict[str, JsonValue]
    generated: int
    seed: int


class _Subject(BaseModel, strict=True, extra="allow"):
    images: int = 0
    __pydantic_extra__: dict[str, JsonValue]


class _Line(_Part):
    subject: _Subject
    scores: Annotated[dict[str, _Score], Field(min_length=1)]
    vitals: dict[str, float]
    protocol: _Protocol


def append_scores(path: Path, scores: Scores) -> None:
    """Add one line.

    Raises:
        FileError: It cannot be written; the message then says what the scores are.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from zerosum.evaluation.protocol import Protocol, Score
        >>> from zerosum.metrics.estimate import Estimate
        >>> protocol = Protocol(network={"network": "digits"}, real={}, generated=10)
        >>> fd = Score(estimate=Estimate(value=4.2, error=0.1), how="", lower_is_better=True)
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "scores.jsonl"
        ...     for images in (64, 128):
        ...         subject = {"images": images}
        ...         scores = Scores(subject=subject, protocol=protocol, scores={"FD-digits": fd})
        ...         append_scores(path, scores)
        ...     [scores.images_seen for scores in read_scores(path)]
        [64, 128]
    """
    with explained(path, then=summary(scores)):
        append_line(path, scores.to_json())


def require_appendable(path: Path) -> None:
    """Refuse before the work a file that scores could not be added to after it.

    Raises:
        FileError: It is one.
    """
    if not is_there(path):
        require_writable(path.parent)
        return
    with explained(path):
        path.open("a").close()


def summary(scores: Scores) -> str:
    """The scores in one line, to be said where they cannot be written down.

    Example:
        >>> from zerosum.evaluation.protocol import Protocol
        >>> protocol = Protocol(network={"network": "digits"}, real={}, generated=10)
        >>> summary(Scores(subject={}, protocol=protocol, scores={}))
        'The scores: none.'
    """
    listed = ", ".join(f"{name} {score}" for name, score in scores.scores.items())
    return f"The scores: {listed or 'none'}."


def read_scores(path: Path) -> list[Scores]:
    """All that was measured so far, oldest first.

    Raises:
        FileError: It may not be read.

    Warns:
        DataWarning: Lines are left out, because they are damaged or say what is not known here.
    """
    return read_lines(path, _understood)


def write_scores(path: Path, scores: Sequence[Scores]) -> None:
    """Replace the file."""
    write_text(path, "".join(json.dumps(each.to_json()) + "\n" for each in scores))


def as_scores(values: Any) -> Scores:
    """The scores of which these are plain values, as `Scores.to_json` gives them.

    Raises:
        ValueError: They are something else.

    Example:
        >>> as_scores({"subject": {"images": 64}})
        Traceback (most recent call last):
        ...
        pydantic_core._pydantic_core.ValidationError: 3 validation errors for _Line...
    """
    _Line.model_validate(values)
    return Scores.from_json(values)


def _understood(line: bytes) -> Scores:
    _Line.model_validate_json(line)
    return Scores.from_json(json.loads(line))
