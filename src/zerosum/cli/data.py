"""``zerosum data inspect SOURCE [SOURCE ...]``: look before training."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_json
from zerosum.config.commands.shares import SharesConfig
from zerosum.errors import ConfigError, printable
from zerosum.registry import Table
from zerosum.sizes import PIXEL_LIMIT

if TYPE_CHECKING:
    from zerosum.data.audit import Audit
    from zerosum.jobs.shares import SharesAudit

__all__ = ["ACTIONS", "complete", "run"]

_DEFAULTS = SharesConfig()


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
    shares: Annotated[SharesConfig, tyro.conf.arg(name="")] = _DEFAULTS,
    *,
    picture: Path | None = None,
    json: bool = False,
    pixel_limit: int = PIXEL_LIMIT,
) -> None:
    """Inspect and report.

    Args:
        sources: Names (digits, mnist, ...), folders, archives, arrays or shards; several are
            compared, such as the two domains of a translation.
        shares: Which shares of classes to count.
        picture: PNG file to write a sample of the pictures to; where the classes are counted,
            bars of their shares.
        json: Print what was found as JSON, and nothing else.
        pixel_limit: Pictures of more pixels are refused as decompression bombs; raise it for big
            pictures that you trust.
    """
    if not sources:
        print(ACTIONS["inspect"].explain(), file=sys.stderr)
        sys.exit(2)
    from zerosum.counting import counting
    from zerosum.data.audit import audit
    from zerosum.files import require_writable

    if shares.asked and len(sources) > 1:
        raise ConfigError(
            "classes are counted in one source, and beside it in another one: zerosum data "
            f"inspect {sources[0]} --classifier RUN --against {sources[1]}"
        )
    if picture is not None:
        require_writable(picture.parent)
    with counting("looking at pictures", quiet=json) as progress:
        report = audit(*sources, pixel_limit=pixel_limit, progress=progress)
    counted = _count(sources[0], shares, pixel_limit, quiet=json) if shares.asked else None
    try:
        if picture is not None:
            _draw(sources, counted, picture, pixel_limit)
    finally:  # What took so long is said where it cannot be drawn, too.
        _report(report, counted, json=json)
    if picture is not None and not json:
        what = "a sample of the pictures" if counted is None else "the shares of the classes"
        print(printable(f"{what}: {picture}"))


def _count(source: str, shares: SharesConfig, pixel_limit: int, *, quiet: bool) -> "SharesAudit":
    from zerosum.jobs.shares import audit_shares

    return audit_shares(source, shares, pixel_limit=pixel_limit, quiet=quiet)


def _draw(
    sources: tuple[str, ...], counted: "SharesAudit | None", picture: Path, pixel_limit: int
) -> None:
    from zerosum.data.report import draw_audit
    from zerosum.plots.shares import draw_shares

    if counted is None:
        draw_audit(sources, picture, pixel_limit=pixel_limit)
        return
    sides = [counted.data, *([] if counted.against is None else [counted.against])]
    draw_shares(counted.classes, [(side.name, side.shares) for side in sides], picture)


def _report(report: "Audit", counted: "SharesAudit | None", *, json: bool) -> None:
    from rich.console import Console

    from zerosum.cli.shares import report_shares
    from zerosum.data.report import audit_to_json, render

    if json:
        also = {} if counted is None else {"shares": counted.to_json()}
        print_json({**audit_to_json(report), **also})
        return
    render(report, Console())
    if counted is not None:
        report_shares(counted)


ACTIONS = Table(
    "action of zerosum data",
    {
        "inspect": Command(
            name="zerosum data inspect",
            function=_inspect,
            text="""\
Report what a source holds and what is wrong with it, or what several have in common: counts,
sizes, classes, unreadable files, duplicates, leaks from train to test, and a picture.

With --against the shares of its classes stand beside those of what a run makes, or of another
source: with standard errors, and with a word on which differ by more than chance. Who has labels
is counted by them, everything else by --classifier; a classifier that is a run is tested on
pictures that it has not learnt from, and the shares are corrected for the mistakes that it makes
there.""",
            examples="""\
zerosum data inspect FOLDER --picture look.png
zerosum data inspect horses/ zebras.zip  # two domains
zerosum data inspect FOLDER --classifier runs/classifier --against runs/faces
zerosum data inspect digits --classifier digits --against runs/dcgan-digits
zerosum data inspect FOLDER --json  # for programs""",
        )
    },
    also={"check": "inspect"},
)
