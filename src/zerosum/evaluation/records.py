"""``scores.jsonl``: every score of a run with its protocol, one line each time it was measured."""

import json
from collections.abc import Sequence
from pathlib import Path

from zerosum.evaluation.protocol import Scores
from zerosum.explaining import explained, is_there
from zerosum.files import require_writable, write_text

__all__ = ["append_scores", "read_scores", "require_appendable", "summary", "write_scores"]


def append_scores(path: Path, scores: Scores) -> None:
    """Add one line.

    Raises:
        FileError: It cannot be written; the message then says what the scores are.

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
    with (
        explained(path, then=summary(scores)),
        path.open("a", encoding="utf-8") as file,
    ):
        file.write(_line(scores))


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
    found = ", ".join(f"{name} {score}" for name, score in scores.scores.items())
    return f"The scores: {found or 'none'}."


def read_scores(path: Path) -> list[Scores]:
    """All that was measured so far, oldest first; a line that a crash cut short is left out.

    Raises:
        FileError: It may not be read.
    """
    if not is_there(path):
        return []
    found = []
    with explained(path, "read"):
        texts = path.read_text(encoding="utf-8").splitlines()
    for text in texts:
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
