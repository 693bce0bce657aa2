"""Commands within this process, and what they say without what differs from time to time."""

import hashlib
import io
import os
import random
import re
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import torch

from zerosum.cli import main

_PASSING = (
    (re.compile(r'("\w*seconds\w*"|"memory"|"free"): [\d.e+-]+'), r"\1: PASSING"),
    (re.compile(r'("images_per_second"): [\d.e+-]+'), r"\1: PASSING"),
    (re.compile(r'("duration"): "[^"]*"'), r"\1: PASSING"),
    (re.compile(r"about (\d[\d.]* (s|min|h|d|years)\b ?(\d+ (min|h))?), by"), "about TIME, by"),
    (re.compile(r"[\d.]+ GB are free"), "ROOM are free"),
    (re.compile(r"\d[\d,.]* images/s"), "PACE images/s"),
    (re.compile(r"(?m)^(.*% .*?) {2,}[\d.,]+ {2,}[\d.,]+( +[\d.]+%)? *$"), r"\1  TIMES\2"),
    (re.compile(r"[\d.,]+ (s in all|ms a picture)"), r"TIME \1"),
    (re.compile(r"(done in) \d[\d.]* (s|min)"), r"\1 TIME"),
    (re.compile(r"(\S*/)?\w+\.py:\d+: (\w*Warning)"), r"SOURCE: \2"),
)
"""Times, free memory, and lines of code, which are no part of what a command does."""
_ODD = re.compile(r"object at 0x[0-9a-f]+|data:[\w/+-]+;base64,[A-Za-z0-9+/=]{64,}")


def digest(data: bytes) -> str:
    """A short hash."""
    return hashlib.sha256(data).hexdigest()[:16]


def plain(text: str) -> str:
    """A text without the scratch folder, times, and memory that is free; long data as a hash."""
    for place in {str(Path.cwd()), os.path.realpath(Path.cwd())}:
        text = text.replace(place, "SCRATCH")
    for pattern, instead in _PASSING:
        text = pattern.sub(instead, text)
    return _ODD.sub(
        lambda found: "object" if "0x" in found[0] else f"data {digest(found[0].encode())}", text
    )


@contextmanager
def silent() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Let what is printed, and what goes to standard error, go into two texts instead."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), warnings.catch_warnings():
        yield out, err


def call(*words: str) -> list[str]:
    """What a command ends with, prints, and says on standard error, line by line."""
    seed_all()
    with silent() as (out, err):
        code = _code(words)
    said = [f"out: {line}" for line in plain(out.getvalue()).splitlines()]
    told = [f"err: {line}" for line in plain(err.getvalue()).splitlines()]
    return [code, *said, *told]


def seed_all() -> None:
    """Let whatever draws from a global generator draw the same, whatever came before."""
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)


def _code(words: Sequence[str]) -> str:
    try:
        main(list(words))
    except SystemExit as exit_:
        return f"exit {exit_.code or 0}"
    except Exception as error:  # What a user must never see: it is to be found, not to end this.
        last = traceback.format_exception_only(error)[-1].strip()
        return f"crashed: {plain(last)}"
    return "exit 0"
