"""``zerosum learn LESSON``: compute a lesson, print its answer, write its page."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from zerosum.cli.command import Command
from zerosum.cli.layout import columns, paragraphs
from zerosum.cli.output import print_json, print_path
from zerosum.lessons.controls import Controls
from zerosum.lessons.named import CHAPTERS, LESSONS, lesson

__all__ = ["command", "complete", "run"]


@dataclass(frozen=True, kw_only=True)
class _Options:
    """What belongs to this call rather than to the lesson."""

    out: Path | None = None
    """HTML file for the page; by default LESSON.html in this folder, or none with --json."""
    full: bool = False
    """The long form of an experiment: several seeds, minutes rather than seconds."""
    json: bool = False
    """Print the answer, all numbers and tables, and what was checked as JSON, and nothing else."""


def run(arguments: Sequence[str]) -> None:
    """Parse the lesson's name and then its controls, and compute it."""
    if not arguments:
        print(_list())
    elif arguments[0] in ("-h", "--help", "--help-all"):
        print(_help())
        sys.exit(0)
    elif arguments == ["--json"]:
        print_json(_listed())
    else:
        controls, options = command(arguments[0]).run(arguments[1:])
        _learn(arguments[0], controls, options)


def complete(words: Sequence[str]) -> list[str]:
    """What may follow: a lesson, or what it can be told."""
    if len(words) > 1:
        return command(words[0]).complete(words[1:])
    return [name for name in LESSONS if name.startswith(words[0])]


def command(name: str) -> Command:
    """The command that computes a lesson.

    Example:
        >>> command("losses").name
        'zerosum learn losses'
    """
    entry, found = LESSONS[name], lesson(name)

    def parse(
        controls: Controls,
        options: Annotated[_Options, tyro.conf.arg(name="")] = _Options(),
    ) -> tuple[Controls, _Options]:
        """Parse."""
        return controls, options

    # Each lesson has controls of its own.
    parse.__annotations__["controls"] = Annotated[found.controls, tyro.conf.arg(name="")]
    return Command(
        name=f"zerosum learn {name}",
        function=parse,
        text=f"{entry.title}. {entry.question}",
        examples=_examples(name, bool(found.full)),
        foreign=() if found.full else ("full",),
    )


def _examples(name: str, has_full: bool) -> str:
    call = f"zerosum learn {name}"
    calls = [f"{call}  # writes {name}.html", f"{call} --out page.html", f"{call} --json"]
    return "\n".join([*calls, f"{call} --full"] if has_full else calls)


def _learn(name: str, controls: Controls, options: _Options) -> None:
    from zerosum.counting import counting
    from zerosum.lessons.learning import compute_lesson, require_page

    out = options.out
    if out is None and not options.json:
        out = Path(f"{name}.html")
    if out is not None:
        require_page(out)
    with counting(name, quiet=False) as progress:
        assert progress is not None
        learned = compute_lesson(name, controls, full=options.full, progress=progress)
    if out is not None:
        learned.save(out)
    if options.json:
        print_json(learned.to_json())
        return
    print(paragraphs(learned.answer))
    for statement, holds in learned.claims.items():
        if holds is False:
            print(paragraphs(f"Beware: for these values it does not hold that: {statement}"))
    if out is not None:
        print_path(out)


def _list() -> str:
    chapters = (
        f"{letter}. {title}\n{columns((name, LESSONS[name].question) for name in names)}"
        for letter, title in CHAPTERS.items()
        if (names := [name for name, entry in LESSONS.items() if entry.chapter == letter])
    )
    return "\n\n".join([*chapters, "zerosum learn LESSON computes one and writes it as a page."])


def _listed() -> list[dict[str, Any]]:
    return [
        {
            "lesson": name,
            "chapter": f"{entry.chapter}. {CHAPTERS[entry.chapter]}",
            "title": entry.title,
            "question": entry.question,
        }
        for name, entry in LESSONS.items()
    ]


def _help() -> str:
    usage = "usage: zerosum learn [LESSON] [--CONTROL VALUE ...] [--out PAGE.html] [--json]"
    return "\n\n".join([usage, paragraphs(_DESCRIPTION), _list(), _MORE])


_DESCRIPTION = """\
Compute a lesson on this machine, by the library that trains: print the short answer to its
question, and write a page with text, formulas, figures and what was checked. The page is one HTML
file that needs no network. Without a lesson, list them all."""

_MORE = """\
for example:
  zerosum learn losses
  zerosum learn losses --logit -20 --out page.html
  zerosum learn losses --help  # what it can be told"""
