"""``zerosum translate RUN INPUT...``: pictures of one domain into the other."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_json
from zerosum.errors import printable

__all__ = ["complete", "run"]


def _translate(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    inputs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="INPUT...")],
    *,
    direction: Literal["a2b", "b2a"] | None = None,
    out: Path | None = None,
    page: Path | None = None,
    json: bool = False,
    split: str | None = None,
    checkpoint: Literal["latest", "best"] = "latest",
    device: str = "auto",
    tile: int = 1024,
    pixel_limit: int | None = None,
) -> None:
    """Translate and report.

    Args:
        run: The run folder.
        inputs: Picture files, folders (with all below them), zip or tar archives.
        direction: From which domain into which; by default the run's first.
        out: Folder for the translations, named as their sources. By default translated-a2b, or
            translated-b2a, in the run folder.
        page: HTML file that shows pictures, translations and those translated back.
        json: Print where everything is as JSON, and nothing else.
        split: Which part of folders and archives: testA, train, ... By default the domain that
            the direction goes from, for tests if there are any; else everything.
        checkpoint: Which checkpoint; best is that of the best evaluation while training.
        device: auto, cpu, cuda or mps.
        tile: Pictures of more than TILE x TILE pixels go through in tiles of this side; smaller
            ones take less memory.
        pixel_limit: Pictures of more pixels are refused as decompression bombs; raise it for big
            pictures that you trust. By default the run's own limit.
    """
    from zerosum.cli.failures import report_failures
    from zerosum.jobs.translation import TranslateOptions, translate

    options = TranslateOptions(
        direction=direction,
        split=split,
        out=out,
        page=page,
        checkpoint=checkpoint,
        device=device,
        tile=tile,
        pixel_limit=pixel_limit,
    )
    done = translate(run, inputs, options)
    if json:
        print_json(done.to_json())
    else:
        for made in (done.out if done.count else None, done.page):
            if made is not None:
                print(printable(str(made)))
    if done.failed:
        report_failures(done.failed, "translated")
        sys.exit(1)


COMMAND = Command(
    name="zerosum translate",
    function=_translate,
    text="""\
Turn pictures of one domain into the other with the translator of a run.

Pictures may have any size; large ones go through in tiles, without seams. Each becomes a PNG that
says in its metadata that it is generated, by which run and from which picture. Pictures that
cannot be read are named at the end, and all others are translated.""",
    examples="""\
zerosum translate runs/cyclegan photo.jpg
zerosum translate runs/cyclegan album/ --out turned --page look.html
zerosum translate runs/cyclegan paintings/ --direction b2a
zerosum translate runs/cyclegan horse2zebra/  # its testA; b2a: its testB
zerosum translate runs/cyclegan horse2zebra/ --split trainA""",
)
run, complete = COMMAND.run, COMMAND.complete
