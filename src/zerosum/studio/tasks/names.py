"""Which data sets have names, and whether they are on this machine."""

from typing import Any

from zerosum.data.sets import TEXTS
from zerosum.data.sources.named import is_here
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> list[dict[str, Any]]:
    """Look for the files of every data set.

    Args:
        arguments: None are taken.
        progress: Called with (data sets looked for, all of them).
    """
    found = []
    for done, (name, text) in enumerate(TEXTS.items()):
        progress(done, len(TEXTS))
        found.append({"name": name, "text": text, "here": is_here(name)})
    return found
