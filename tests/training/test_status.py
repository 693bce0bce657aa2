"""``status.json``: what a run says of itself while it trains, and how it says that it ended."""

import errno
import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
import torch

from helpers.waiting import until
from zerosum.config import RunConfig
from zerosum.errors import NonFiniteCostError, RunError
from zerosum.jobs import TrainingResult, train_run
from zerosum.training.hooks import Statistics
from zerosum.training.loop import Loop
from zerosum.training.status import RunStatus, Speed, read_status, told


def status_of(path: Path) -> RunStatus:
    status = read_status(path / "status.json")
    assert status is not None
    return status


@pytest.fixture
def brief(tiny: RunConfig) -> RunConfig:
    return replace(tiny, total_images=48)


Act = Callable[[Loop[Any]], None]


@pytest.fixture
def at_a_round(monkeypatch: pytest.MonkeyPatch) -> Callable[[Act], None]:
    """Let something happen after each round."""

    def set_up(act: Act) -> None:
        played = Statistics.played

        def play(self: Statistics, loop: Loop[Any], record: Any) -> None:
            played(self, loop, record)
            act(loop)

        monkeypatch.setattr(Statistics, "played", play)

    return set_up


def wait_for(path: Path, state: str, phase: str) -> RunStatus:
    """What the file says once it says that."""
    said: list[RunStatus] = []

    def says_so() -> bool:
        status = read_status(path)
        said.extend([status] if status else [])
        return status is not None and (status.state, status.phase) == (state, phase)

    until(says_so)
    return said[-1]


def test_a_run_says_what_it_does(
    brief: RunConfig, tmp_path: Path, at_a_round: Callable[[Act], None]
) -> None:
    seen = []

    def look(loop: Loop[Any]) -> None:
        path = tmp_path / "run" / "status.json"
        seen.append(wait_for(path, "training", "training"))
        with loop.doing("evaluating"):
            seen.append(wait_for(path, "training", "evaluating"))

    at_a_round(look)
    train_run(brief, out=tmp_path / "run", quiet=True)
    assert {status.pid for status in seen} == {os.getpid()}
    assert {status.total_images for status in seen} == {48}
    images = [status.images for status in seen]
    assert images == sorted(images)
    assert set(images) <= {0, 16, 32, 48}
    end = status_of(tmp_path / "run")
    assert (end.state, end.phase, end.images, end.message) == ("finished", "", 48, None)
    assert end.is_over


def test_a_signal_is_told_of_before_the_round_is_over(
    brief: RunConfig, tmp_path: Path, at_a_round: Callable[[Act], None]
) -> None:
    def stop(loop: Loop[Any]) -> None:
        if not loop.is_stopping:
            signal.raise_signal(signal.SIGTERM)
        wait_for(tmp_path / "run" / "status.json", "stopping", "training")

    at_a_round(stop)
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        result = train_run(brief, out=tmp_path / "run", quiet=True)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert not result.is_complete
    status = status_of(tmp_path / "run")
    assert (status.state, status.images, status.message) == ("stopped", 16, None)


def interrupt(loop: Loop[Any]) -> None:
    raise KeyboardInterrupt


def blunder(loop: Loop[Any]) -> None:
    raise ZeroDivisionError("by zero")


def fill(loop: Loop[Any]) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def spoil(loop: Loop[Any]) -> None:
    raise NonFiniteCostError("the generator's cost is nan")


@pytest.mark.parametrize(
    ("act", "error", "state", "message"),
    [
        (interrupt, KeyboardInterrupt, "stopped", None),
        (blunder, ZeroDivisionError, "failed", "ZeroDivisionError: by zero"),
        (fill, RunError, "failed", "the disk is full"),
        (spoil, NonFiniteCostError, "failed", "the generator's cost is nan"),
    ],
)
def test_an_error_is_told(
    act: Act,
    error: type[BaseException],
    state: str,
    message: str | None,
    brief: RunConfig,
    tmp_path: Path,
    at_a_round: Callable[[Act], None],
) -> None:
    at_a_round(act)
    with pytest.raises(error):
        train_run(brief, out=tmp_path / "run", quiet=True)
    status = status_of(tmp_path / "run")
    assert status.state == state
    assert message in (status.message or "") if message else status.message is None


def test_nothing_of_it_is_in_what_a_run_keeps_and_nothing_stops_it(
    brief: RunConfig, tmp_path: Path
) -> None:
    def trained(name: str) -> TrainingResult:
        return train_run(brief, out=tmp_path / name, quiet=True)

    free = trained("free")
    (tmp_path / "blocked" / "status.json").mkdir(parents=True)
    blocked = trained("blocked")
    assert blocked.is_complete
    one, two = (each.run.load()["loop"]["players"] for each in (free, blocked))
    assert json.dumps(one, default=_bits) == json.dumps(two, default=_bits)
    assert read_status(blocked.run.status_path) is None


def _bits(tensor: torch.Tensor) -> list[Any]:
    return tensor.tolist()


def test_only_the_main_process_tells(tmp_path: Path) -> None:
    other = MagicMock()
    other.engine.is_main = False
    with told(tmp_path / "status.json", other, total=1):
        pass
    assert not list(tmp_path.iterdir())


def test_the_speed_is_that_of_playing_and_the_time_left_that_of_everything() -> None:
    speed = Speed(2000)
    images, now = 0, 0.0
    for _ in range(10):
        for _ in range(10):  # Ten seconds of training, then ten of an evaluation.
            now, images = now + 1.0, images + 10
            speed.see(images, now, is_training=True)
        for _ in range(10):
            now += 1.0
            speed.see(images, now, is_training=False)
    assert speed.rate == 10.0
    assert speed.seconds_left == pytest.approx(2 * 1000 / 10, rel=0.15)
    speed.see(500, now + 1.0, is_training=True)  # It was sent back.
    rates = [speed.rate]
    speed.see(510, now + 4.0, is_training=True)
    assert rates == [None]
    assert speed.rate == pytest.approx(10 / 3, abs=0.1)
    assert speed.seconds_left == pytest.approx(1490 * 3 / 10, rel=0.15)
