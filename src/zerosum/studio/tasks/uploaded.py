"""Whether files that came through the browser are pictures, by the code that will read them."""

from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

from zerosum.data.audit import audit
from zerosum.data.sources.base import UnreadableError
from zerosum.data.sources.decoding import decode
from zerosum.data.suffixes import is_image_name
from zerosum.errors import ZerosumError
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Decode all of them once.

    Args:
        arguments: ``folder``, with the ``files`` in it, and ``pixel_limit``.
        progress: Called with (files read, files in all).

    Returns:
        ``refused``: why, by file; ``pictures``: how many there are in the others.
    """
    folder, files, limit = Path(arguments["folder"]), arguments["files"], arguments["pixel_limit"]
    refused: dict[str, str] = {}
    pictures = 0
    for done, file in enumerate(files):
        progress(done, len(files))
        try:
            pictures += _count(folder / file, file, limit)
        except UnreadableError as error:
            refused[file] = error.fault
        except ZerosumError as error:
            # Where it lies for a moment means nothing to who sent it.
            refused[file] = str(error).replace(f"{folder}/", "")
    return {"refused": refused, "pictures": pictures}


def _count(path: Path, name: str, limit: int) -> int:
    """How many pictures a file holds.

    Raises:
        ZerosumError: It cannot be read as what its name says.
    """
    if is_image_name(name):
        decode(path.read_bytes(), name, pixel_limit=limit)
        return 1
    with catch_warnings():
        simplefilter("ignore")  # They are told when the source is inspected.
        found = audit(str(path), pixel_limit=limit)
    readable = sum(part.readable for part in found.parts)
    if not readable:
        reasons = [reason for part in found.parts for _, reason in part.unreadable]
        raise UnreadableError(name, reasons[0] if reasons else "it holds no picture")
    return readable
