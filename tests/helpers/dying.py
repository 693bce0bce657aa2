"""Run a command of zerosum, and kill it, as ``kill -9`` does, before a change that it makes.

python dying.py FOLDER NUMBER COMMAND ...: NUMBER changes in FOLDER are made.
"""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.faults import watched
from zerosum.cli import main


def run(folder: str, last: str, *words: str) -> None:
    """Do it."""

    def kill(number: int, what: str) -> None:
        if number == int(last):
            os.kill(os.getpid(), signal.SIGKILL)

    with watched(Path(folder), kill):
        main(list(words))


if __name__ == "__main__":
    run(*sys.argv[1:])
