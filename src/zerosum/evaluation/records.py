"""``scores.jsonl``: every score of a run with its protocol, one line each time it was measured."""

import json
from collections.abc import Sequence
from pathlib import Path

from zerosum.evaluation.protocol import Scores
from zerosum.files import write_text

__all__ = ["append_scores", "read_scores", "write_scores"]


def append_scores(path: Path, scores: Scores) -> None:
    """Add one line.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from zerosum.evaluation.protocol import Protocol
        >>> protocol = Protocol(network={"network": "digits"}, real={}, generated=10)
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "scores.jsonl"
        ...     for images in (64, 128):
        ...         found = Scores(subject={"images": images}, protocol=protocol, scores={})
        ...         append_scores(path, found)
        ...     [found.images for found in read_scores(path)]
        [64, 128]
    """
    with path.open("a", encoding="utf-8") as file:
        file.write(_line(scores))


def read_scores(path: Path) -> list[Scores]:
    """All that was measured so far, oldest first; a line that a crash cut short is left out."""
    if not path.exists():
        return []
    found = []
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(Scores.from_json(json.loads(text)))
        except json.JSONDecodeError:
            continue
    return found


def write_scores(path: Path, scores: Sequence[Scores]) -> None:
    """Replace the file."""
    write_text(path, "".join(_line(found) for found in scores))


def _line(scores: Scores) -> str:
    return json.dumps(scores.to_json()) + "\n"
