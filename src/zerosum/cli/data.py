"""``zerosum data inspect SOURCE [SOURCE ...]``: look before training."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_json
from zerosum.registry import Table
from zerosum.sizes import PIXEL_LIMIT

__all__ = ["ACTIONS", "complete", "run"]


def run(arguments: Sequence[str]) -> None:
    """Find the action and run it."""
    if not arguments or arguments[0] in ("-h", "--help", "--help-all"):
        print(ACTIONS["inspect"].explain())
        sys.exit(0 if arguments else 2)
    ACTIONS[arguments[0]].run(arguments[1:])


def complete(words: Sequence[str]) -> list[str]:
    """What may follow: an action, or what the action can be told."""
    if len(words) > 1:
        return ACTIONS[words[0]].complete(words[1:])
    return [action for action in ACTIONS if action.startswith(words[0])]


def _inspect(
    sources: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="SOURCE ...")],
    *,
    picture: Path | None = None,
    json: bool = False,
    pixel_limit: int = PIXEL_LIMIT,
) -> None:
    """Inspect and report.

    Args:
        sources: Names (digits, mnist, ...), folders, archives, arrays or shards; several are
            compared, such as the two domains of a translation.
        picture: PNG file to write a sample of the pictures to.
        json: Print what was found as JSON, and nothing else.
        pixel_limit: Pictures of more pixels are refused as decompression bombs; raise it for big
            pictures that you trust.
    """
    if not sources:
        print(ACTIONS["inspect"].explain(), file=sys.stderr)
        sys.exit(2)
    from rich.console import Console

    from zerosum.data.audit import audit
    from zerosum.data.report import audit_to_json, draw_audit, render
    from zerosum.files import require_writable

    console = Console()
    if picture is not None:
        require_writable(picture.parent)
    report = audit(*sources, pixel_limit=pixel_limit)
    try:
        if picture is not None:
            draw_audit(sources, picture, pixel_limit=pixel_limit)
    finally:  # What took so long is said where it cannot be drawn, too.
        if json:
            print_json(audit_to_json(report))
        else:
            render(report, console)
    if picture is not None and not json:
        console.print(f"a sample of the pictures: {picture}", markup=False)


ACTIONS = Table(
    "action of zerosum data",
    {
        "inspect": Command(
            name="zerosum data inspect",
            function=_inspect,
            text="""\
Report what a source holds and what is wrong with it, or what several have in common: counts,
sizes, classes, unreadable files, duplicates, leaks from train to test, and a picture.""",
            examples="""\
zerosum data inspect FOLDER --picture look.png
zerosum data inspect horses/ zebras.zip  # two domains
zerosum data inspect FOLDER --json  # for programs""",
        )
    },
    also={"check": "inspect"},
)
