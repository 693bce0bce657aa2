"""The command line: one file per command, imported only when it is called."""

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from importlib import import_module
from pathlib import Path
from typing import TextIO
from warnings import catch_warnings, simplefilter

from zerosum.errors import (
    DataWarning,
    FileError,
    ProcessError,
    UnknownNameError,
    ZerosumError,
    printable,
)
from zerosum.explaining import explain
from zerosum.registry import Table
from zerosum.status import told_of_command

__all__ = ["COMMANDS", "main"]

COMMANDS = Table(
    "command",
    {
        "recipes": "list the recipes, or show one in full",
        "train": "train a recipe on your pictures",
        "resume": "go on with a run, bit for bit",
        "sample": "make new pictures with a trained run",
        "walk": "an animation that leads from picture to picture and back",
        "mix": "coarse layers of some pictures, fine ones of others, in a table",
        "project": "find the latents whose pictures are nearest to real pictures",
        "edit": "move a picture along directions of its latent space",
        "translate": "turn pictures of one domain into the other with a trained run",
        "classify": "say which class pictures are of, with a trained classifier",
        "detect": "say whether a trained run made pictures, and how sure that is",
        "attack": "find pictures that a classifier gets wrong though they look the same",
        "export": "write a trained network for other programs: ONNX, PyTorch, weights",
        "evaluate": "score a run, or any pictures, against real ones",
        "compare": "set the scores of several runs side by side",
        "data": "look into a source of pictures before training on it",
        "learn": "lessons on how GANs work, computed on this machine",
        "studio": "start, watch and steer runs in the browser",
    },
    also={
        **dict.fromkeys(("list", "ls", "models", "zoo", "show"), "recipes"),
        **dict.fromkeys(("fit", "run", "start", "new"), "train"),
        **dict.fromkeys(("continue", "restart", "restore"), "resume"),
        **dict.fromkeys(("generate", "gen", "draw", "make", "infer", "inference"), "sample"),
        **dict.fromkeys(("interpolate", "animate", "video", "gif"), "walk"),
        **dict.fromkeys(("mixing", "stylemix", "style-mix"), "mix"),
        **dict.fromkeys(("invert", "inversion", "embed", "encode"), "project"),
        **dict.fromkeys(("directions", "ganspace", "sefa"), "edit"),
        **dict.fromkeys(("transfer", "stylize", "stylise"), "translate"),
        **dict.fromkeys(("predict", "label"), "classify"),
        **dict.fromkeys(("authenticate", "provenance", "deepfake", "fake"), "detect"),
        **dict.fromkeys(("adversarial", "fool", "mislead"), "attack"),
        **dict.fromkeys(("convert", "onnx"), "export"),
        **dict.fromkeys(("test", "score", "scores", "metrics", "fid", "calc_metrics"), "evaluate"),
        **dict.fromkeys(("diff", "versus", "plot"), "compare"),
        **dict.fromkeys(("lesson", "lessons", "teach", "tutorial", "course", "explain"), "learn"),
        **dict.fromkeys(("serve", "server", "web", "ui", "gui", "app", "dashboard"), "studio"),
        **dict.fromkeys(("inspect", "dataset", "audit", "check"), "data inspect"),
    },
)

_HELP = """\
usage: zerosum COMMAND [...]

Generative adversarial networks, from folders of pictures to trained networks.

commands:
{commands}

a first run:
  zerosum train dcgan-digits            digits of ours, in about three minutes
  zerosum sample runs/dcgan-digits --grid digits.png

on your own pictures:
  zerosum data inspect FOLDER --picture look.png
  zerosum train dcgan-faces --data FOLDER

from one kind of picture to another:
  zerosum train cyclegan-small --data FOLDER      with trainA and trainB in it
  zerosum translate runs/cyclegan-small PICTURE... --page look.html

why it works, and when it does not:
  zerosum learn                         the lessons, computed on this machine
  zerosum learn losses

zerosum COMMAND --help explains a command, zerosum --version tells the version.
source <(zerosum --completion bash) lets TAB complete all of it (zsh, fish too)."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 when done, 1 on what a user can mend, 2 on bad usage."""
    try:
        try:
            with _followed():
                _call(list(sys.argv[1:] if arguments is None else arguments))
        finally:
            if sys.stdout is not None:  # Someone may have closed it: `zerosum recipes >&-`.
                sys.stdout.flush()  # At the end of Python it is too late to say what goes wrong.
    except UnknownNameError as error:
        _fail(error, 2)
    except ZerosumError as error:
        _fail(error, 1)
    except KeyboardInterrupt:
        with suppress(OSError):
            print("\nzerosum: interrupted.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # The reader has seen enough: `zerosum recipes | head`.
        _drop_what_is_left()
    except OSError as error:  # Of files that no command has explained, or of what it prints.
        _drop_what_is_left()
        place, doing = (error.filename, "used") if error.filename else ("the output", "written")
        _fail(FileError(explain(error, place, doing)), 1)


def _call(words: list[str]) -> None:
    if not words or words[0] in ("-h", "--help", "help"):
        from zerosum.cli.layout import columns

        print(_HELP.format(commands=columns(COMMANDS.items())))
        sys.exit(0 if words else 2)
    if words[0] in ("--version", "version"):
        from zerosum import __version__

        print(f"zerosum {__version__}")
        sys.exit(0)
    if words[0] in ("--completion", "--complete"):
        _complete(words[0], words[1:])
    # Pillow warns of metadata that nobody here uses, once for each wording, in every picture.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    _ = COMMANDS[words[0]]
    with _notes():
        import_module(f"zerosum.cli.{words[0]}").run(words[1:])


def _followed() -> AbstractContextManager[None]:
    """Tell how far the command is in the file that ``ZEROSUM_STATUS`` names, if it names one."""
    path = os.environ.get("ZEROSUM_STATUS")
    return told_of_command(Path(path).absolute()) if path and speaks() else nullcontext()


def _drop_what_is_left() -> None:
    """Let the output go nowhere: Python tries to write what is left of it once more at its end."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complete(option: str, words: list[str]) -> None:
    """Print what a shell is to be told once, or what it asks for then, and exit."""
    from zerosum.cli.completion import SHELLS, complete

    if option == "--complete":
        print("\n".join(complete(words)))
    else:
        try:
            print(SHELLS[words[0] if words else "bash"])
        except UnknownNameError as error:
            _fail(error, 2)
    sys.exit(0)


@contextmanager
def _notes() -> Iterator[None]:
    """Print each warning of how data were understood once, as a note; others as usual."""
    shown: set[str] = set()
    with catch_warnings():
        usual = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if not issubclass(category, DataWarning):
                usual(message, category, filename, lineno, file, line)
            elif str(message) not in shown and speaks():
                shown.add(str(message))
                print(f"note: {_shown(message)}", file=sys.stderr)

        warnings.showwarning = show
        simplefilter("always", DataWarning)
        yield


def _fail(error: ZerosumError, code: int) -> None:
    """Print the message, once for all processes of a job, and exit."""
    with suppress(OSError):  # Where that cannot be written either, the exit code has to do.
        if speaks() or isinstance(error, ProcessError):
            print(f"zerosum: {_shown(error)}", file=sys.stderr)
    sys.exit(code)


def _shown(message: object) -> str:
    """A message of several lines, without what a terminal would obey."""
    return "\n".join(map(printable, str(message).split("\n")))


def speaks() -> bool:
    """Whether this process is the one of its job that says what concerns them all."""
    return os.environ.get("RANK", "0") == "0"
