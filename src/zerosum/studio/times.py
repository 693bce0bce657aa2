"""How long recipes take on this machine, as was once measured."""

import json
import os
from importlib.metadata import version
from pathlib import Path
from time import time
from typing import Any

from zerosum.explaining import explained
from zerosum.files import writing
from zerosum.version import __version__

__all__ = ["Times"]


class Times:
    """A file of what trainings of recipes take, by recipe.

    What another version of zerosum or of PyTorch found, or another machine over the same folder,
    is forgotten.

    Args:
        path: The file.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     times = Times(Path(folder, "times.json"))
        ...     times.note("dcgan-digits", {"seconds": 180.0})
        ...     times.of("dcgan-digits"), times.of("cyclegan")
        ({'seconds': 180.0}, None)
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, recipe: str) -> dict[str, Any] | None:
        """What was found of a recipe; None where nothing was."""
        noted = self._read().get(recipe)
        if not isinstance(noted, dict) or noted.get("where") != _here():
            return None
        found = noted.get("found")
        return found if isinstance(found, dict) else None

    def note(self, recipe: str, found: dict[str, Any]) -> None:
        """Keep what was found of a recipe.

        Args:
            recipe: Its name.
            found: The answer of the task ``estimate``.

        Raises:
            FileError: The file cannot be written.
        """
        noted = {**self._read(), recipe: {"found": found, "where": _here(), "when": time()}}
        with explained(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with writing(self._path) as temporary:
                temporary.write_text(json.dumps(noted, indent=1), encoding="utf-8")

    def _read(self) -> dict[str, Any]:
        """All that was noted; of a file that is damaged nothing, since it can be found again."""
        try:
            noted = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}


def _here() -> dict[str, Any]:
    """What times depend on, besides the recipe."""
    return {"zerosum": __version__, "torch": version("torch"), "processors": os.cpu_count()}
