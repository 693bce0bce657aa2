"""What `helpers.nursery` calls in processes of their own."""

import os
import runpy
import signal
import sys
from pathlib import Path
from uuid import uuid4

from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from helpers.faults import watched
from zerosum.cli import main

__all__ = ["run", "run_distributed", "run_dying"]


def run(*words: str) -> None:
    """Do as ``zerosum WORDS...`` does."""
    main(list(words))


def run_dying(folder: str, last: str, *words: str) -> None:
    """The same, and be killed when as many changes in a folder are made as ``last`` says."""

    def kill(number: int, what: str) -> None:
        if number == int(last):
            os.kill(os.getpid(), signal.SIGKILL)

    with watched(Path(folder), kill):
        main(list(words))


def run_distributed(processes: str, restarts: str, script: str, *words: str) -> None:
    """Run a script in several processes as ``torchrun --standalone`` does, but by forks."""
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=int(processes),
        max_restarts=int(restarts),
        run_id=str(uuid4()),
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        start_method="fork",
    )
    elastic_launch(config, _run_script)(script, *words)


def _run_script(*words: str) -> None:
    sys.argv = list(words)
    runpy.run_path(words[0], run_name="__main__")
