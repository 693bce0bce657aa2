"""``zerosum data inspect SOURCE [SOURCE ...]``: look before training."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import tyro

from zerosum.limits import PIXEL_LIMIT
from zerosum.registry import Table

__all__ = ["ACTIONS", "run"]

_HELP = """\
usage: zerosum data inspect SOURCE [SOURCE ...] [--picture FILE.png] [--pixel-limit PIXELS]

actions:
  inspect   counts, sizes, classes, unreadable files, duplicates, leaks, and a picture"""


def run(arguments: Sequence[str]) -> None:
    """Find the action and run it."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_HELP)
        sys.exit(0 if arguments else 2)
    tyro.cli(ACTIONS[arguments[0]], args=list(arguments[1:]), prog=f"zerosum data {arguments[0]}")


def _inspect(
    sources: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="SOURCE ...")],
    *,
    picture: Path | None = None,
    pixel_limit: int = PIXEL_LIMIT,
) -> None:
    """Report what a source holds and what is wrong with it, or what several have in common.

    Args:
        sources: Names (digits, mnist, ...), folders, archives, arrays or shards; several are
            compared, such as the two domains of a translation.
        picture: PNG file to write a sample of the pictures to.
        pixel_limit: Pictures of more pixels are refused as decompression bombs; raise it for big
            pictures that you trust.
    """
    if not sources:
        print(_HELP, file=sys.stderr)
        sys.exit(2)
    from rich.console import Console

    from zerosum.data.audit import audit
    from zerosum.data.report import picture as draw
    from zerosum.data.report import render
    from zerosum.files import require_writable

    console = Console()
    if picture is not None:
        require_writable(picture.parent)
    found = audit(*sources, pixel_limit=pixel_limit)
    try:
        if picture is not None:
            draw(sources, picture, pixel_limit=pixel_limit)
    finally:  # What took so long is said where it cannot be drawn, too.
        render(found, console)
    if picture is not None:
        console.print(f"a sample of the pictures: {picture}", markup=False)


ACTIONS = Table("action of zerosum data", {"inspect": _inspect})
