"""``zerosum translate RUN INPUT...``: pictures of one domain into the other."""

from pathlib import Path
from typing import Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_json, print_path
from zerosum.config.commands.translate import TranslateConfig

__all__ = ["complete", "run"]

_DEFAULTS = TranslateConfig()


def _translate(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    inputs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="INPUT...")],
    options: Annotated[TranslateConfig, tyro.conf.arg(name="")] = _DEFAULTS,
    *,
    json: bool = False,
) -> None:
    """Translate and report.

    Args:
        run: The run folder.
        inputs: Picture files, folders (with all below them), zip or tar archives.
        options: How.
        json: Print where everything is as JSON, and nothing else.
    """
    from zerosum.cli.failures import end_with
    from zerosum.jobs.translation import translate

    done = translate(run, inputs, options)
    if json:
        print_json(done.to_json())
    else:
        for made in (done.out if done.count else None, done.page):
            if made is not None:
                print_path(made)
    end_with(done.failed, "translated")


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
    before={"split": ("json",)},
)
run, complete = COMMAND.run, COMMAND.complete
