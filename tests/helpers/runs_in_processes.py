"""Helpers for tests that start zerosum as a user does: as a process."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch

from helpers.nursery import Forked, fork
from zerosum.checkpoint import load_checkpoint
from zerosum.config import RunConfig
from zerosum.runs import Run

HANGS = 3600.0
"""Seconds after which a process is taken to hang; on no machine does a result depend on it."""


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def create(path: Path, config: RunConfig) -> Run:
    run = Run(path)
    run.create(config)
    return run


def start(*words: str) -> Forked:
    """Start a command in a process that has imported all that it needs."""
    return fork("helpers.forked_commands:run", *words)


def start_dying(folder: Path, last: int, *words: str) -> Forked:
    """Start a command that is killed before a change of the folder, whose number is given."""
    return fork("helpers.forked_commands:run_dying", str(folder), str(last), *words)


def start_as_users_do(*words: str) -> subprocess.Popen[str]:
    """Start a command from nothing, which takes some seconds of importing."""
    return subprocess.Popen(
        [sys.executable, "-m", "zerosum", *words],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: Forked | subprocess.Popen[str], *, code: int = 0) -> str:
    output, _ = process.communicate(timeout=HANGS)
    assert process.returncode == code, output
    return output


def weights(run: Run) -> dict[str, Any]:
    """Everything that training changes: networks, averages, optimizers, counters."""
    state = load_checkpoint(run.checkpoint_path)["loop"]
    assert isinstance(state, dict)
    return {name: value for name, value in state.items() if name != "hooks"}


def assert_same(a: Any, b: Any, name: str = "") -> None:
    """Bit for bit."""
    assert type(a) is type(b), name
    if isinstance(a, dict):
        assert a.keys() == b.keys(), name
        for key in a:
            assert_same(a[key], b[key], f"{name}/{key}")
    elif isinstance(a, list):
        assert len(a) == len(b), name
        for index, (x, y) in enumerate(zip(a, b, strict=True)):
            assert_same(x, y, f"{name}/{index}")
    elif isinstance(a, torch.Tensor):
        assert torch.equal(a, b), name
    else:
        assert a == b, name
