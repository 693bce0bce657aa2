"""The process of a job: ``python -m zerosum.studio.launched FOLDER WORDS...``.

It does as ``zerosum WORDS...`` does, and writes down in the folder that it began and ended.

It first claims the job: whoever makes the file ``started.json`` in the job's folder does the job,
and nobody else ever. So a server that was killed in the midst of starting a job may start it
again, without knowing whether it had.
"""

import json
import os
import runpy
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

__all__ = ["CLAIM", "END", "main"]

CLAIM = "started.json"
"""Who does the job: the number of the process, and when it began."""
END = "ended.json"
"""With which code the job ended, and when."""

_NICE = 10
"""So that whoever sits at the machine comes first."""


def main(folder: Path, words: list[str]) -> int:
    """Do a job, unless somebody does it already.

    Args:
        folder: The job's.
        words: What follows ``zerosum``.

    Returns:
        The code with which to exit.
    """
    if hasattr(os, "nice"):
        os.nice(max(0, _NICE - os.nice(0)))
    # A server in the background of a script ignores interruptions, which its children inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    own = psutil.Process()
    claim = {"pid": own.pid, "created": own.create_time()}
    try:
        with (folder / CLAIM).open("x", encoding="utf-8") as file:
            json.dump(claim, file)
    except FileExistsError:
        return 0
    code = _run(words)
    with suppress(OSError), (folder / END).open("w", encoding="utf-8") as file:
        json.dump({"code": code, "ended": time.time()}, file)
    return code


def _run(words: list[str]) -> int:
    """Do as ``python -m zerosum`` does; the code with which it would exit."""
    sys.argv = ["zerosum", *words]
    try:
        runpy.run_module("zerosum", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
