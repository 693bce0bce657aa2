"""Whatever write fails, and whenever a run is killed: it goes on to the same end."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import MagicMock

import pytest

from helpers.faults import watched
from helpers.runs_in_processes import assert_same, create, environment, finish
from helpers.short_runs import KINDS, SHORT, collapse_once, start
from zerosum.checkpoint import load_checkpoint
from zerosum.config import RunConfig, change
from zerosum.errors import ZerosumError
from zerosum.files import write_text
from zerosum.runs import Run
from zerosum.training.diagnostics import player_diagnostics
from zerosum.training.records import read_statistics


@pytest.fixture(autouse=True)
def without_what_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves, TensorBoard's events and diagnostics take most of the time of so short a run."""

    def draw(lines: Any, path: Path, **_: Any) -> None:
        write_text(path, "curves")

    monkeypatch.setattr("zerosum.training.hooks.draw_curves", draw)
    for module in ("hooks", "evaluation"):
        monkeypatch.setattr(f"zerosum.training.{module}.SummaryWriter", MagicMock())
    signs = partial(player_diagnostics, rounds=1)
    monkeypatch.setattr("zerosum.training.evaluation.player_diagnostics", signs)


@pytest.fixture
def quick(tiny: RunConfig) -> RunConfig:
    return change(tiny, SHORT)


def everything(path: Path) -> dict[str, Any]:
    """All that a run leaves, without what depends on the clock."""
    run = Run(path)
    timed = ("seconds", "images_per_second")
    lines = read_statistics(path / "stats.jsonl")
    best = load_checkpoint(run.best_path)["loop"]
    del best["hooks"]["statistics"]  # A line that could not be written may still be due in it.
    return {
        "latest": load_checkpoint(run.checkpoint_path)["loop"],
        "best": best,
        "scores": run.scores_path.read_text(),
        "alarms": run.alarms_path.read_text() if run.alarms_path.exists() else "",
        "log": [{key: line[key] for key in line if key not in timed} for line in lines],
        "samples": sorted(file.name for file in path.glob("samples/*")),
    }


def content(path: Path) -> bytes:
    """What the folder holds, but for temporary files, which are what a kill leaves behind, and for
    the status, which another thread writes."""
    digest = blake2b()
    for file in sorted(path.rglob("*")):
        if not file.name.endswith((".tmp", ".lock", "status.json")) and file.is_file():
            digest.update(f"{file.relative_to(path)}\0".encode() + file.read_bytes())
    return digest.digest()


def assert_a_kill_costs_nothing(config: RunConfig, folder: Path, *, every: int) -> None:
    """Copy the run at every change that it makes; each of these goes on to the same end.

    Args:
        config: The run; what it leaves on disk changes thirty to fifty times.
        folder: Where.
        every: 1: try all copies; 2: every other one...
    """
    path, copies = folder / "run", dict[bytes, Path]()

    def copy(number: int, what: str) -> None:
        if path.exists() and (state := content(path)) not in copies:
            copies[state] = folder / f"{number}" / "run"
            no_status = shutil.ignore_patterns("*status.json*")
            shutil.copytree(path, copies[state], ignore=no_status)

    with collapse_once([]):
        with watched(path, copy):
            start(config, path)
        expected = everything(path)
        assert expected["latest"]["rollbacks"] == 1
        assert len(expected["latest"]["hooks"]["evaluation"]["history"]) == 4
        assert len(copies) >= 20
        for each in list(copies.values())[::every]:
            (each / "checkpoints").mkdir(exist_ok=True)
            (each / "checkpoints" / ".latest.safetensors.1.tmp").touch()
            start(config, each)
            assert_same(everything(each), expected, each.parent.name)
            assert not list(each.rglob(".*.tmp")), "leftovers of the kill"


def assert_a_failed_write_costs_nothing(config: RunConfig, folder: Path, *, every: int) -> None:
    """Let each change that the run makes fail as on a full disk; it goes on to the same end."""
    path, changes = folder / "run", list[str]()
    with collapse_once([]):
        with watched(path, lambda number, what: changes.append(what)):
            start(config, path)
        expected = everything(path)
        for at in range(0, len(changes), every):
            path.rename(folder / f"before-{at}")

            def fail(number: int, what: str, at: int = at) -> None:
                if number == at:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

            with watched(path, fail), suppress(ZerosumError):
                start(config, path)
            start(config, path)
            assert_same(everything(path), expected, f"{at}: {changes[at]}")


@pytest.mark.parametrize("seconds", [0.0, 3600.0])
def test_a_kill_costs_nothing(seconds: float, quick: RunConfig, tmp_path: Path) -> None:
    config = replace(quick, checkpoint_seconds=seconds)
    assert_a_kill_costs_nothing(config, tmp_path, every=9 if seconds == 0 else 5)


def test_a_failed_write_costs_nothing(quick: RunConfig, tmp_path: Path) -> None:
    assert_a_failed_write_costs_nothing(quick, tmp_path, every=61)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 3600.0])
def test_a_kill_at_any_change_costs_nothing(
    seconds: float, quick: RunConfig, tmp_path: Path
) -> None:
    config = replace(quick, checkpoint_seconds=seconds)
    assert_a_kill_costs_nothing(config, tmp_path, every=1)


@pytest.mark.slow
def test_any_failed_write_costs_nothing(quick: RunConfig, tmp_path: Path) -> None:
    assert_a_failed_write_costs_nothing(quick, tmp_path, every=1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_of_any_kind_of_game_costs_nothing(kind: str, tmp_path: Path) -> None:
    assert_a_kill_costs_nothing(KINDS[kind](tmp_path), tmp_path, every=1)


SCRIPT = """
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, {tests!r})
from helpers.faults import watched
from helpers.short_runs import KINDS, SHORT, collapse_once, start
from helpers.short_runs import collapse_once, start
from zerosum.runs import Run

folder, last, *seen = sys.argv[1:]


def kill(number, what):
    if number == int(last):
        os.kill(os.getpid(), signal.SIGKILL)


value = [float(text) for text in seen]
with collapse_once(value), watched(Path(folder) / "run", kill):
    start(Run(Path(folder) / "plan").config(), Path(folder) / "run")
print(value[0])
"""


@pytest.mark.slow
def test_twenty_real_kills_cost_nothing(quick: RunConfig, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(tests=str(Path(__file__).parents[1])))

    def launch(folder: str, last: int, *seen: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(script), str(tmp_path / folder), str(last), *seen]
        return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), text=True)

    for folder in ("whole", "killed"):
        create(tmp_path / folder / "plan", replace(quick, total_images=320))
    value = finish(launch("whole", -1)).split()[-1]
    chance, run = Random(0), tmp_path / "killed" / "run"
    for _ in range(20):
        finish(launch("killed", chance.randrange(3, 12), value), code=-signal.SIGKILL)
    finish(launch("killed", -1, value))
    assert_same(everything(run), everything(tmp_path / "whole" / "run"))
