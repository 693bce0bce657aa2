"""Signals end a run after its round; errors beside the game cost it nothing."""

import errno
import os
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from helpers.runs_in_processes import assert_same, weights
from zerosum.config import RunConfig
from zerosum.data import unscale
from zerosum.errors import RunError
from zerosum.evaluation.records import read_scores
from zerosum.jobs import resume_run, train_run
from zerosum.runs import Run
from zerosum.training.hooks import Samples, Statistics
from zerosum.training.loop import Loop
from zerosum.training.stopping import SIGNALS, stopped_by_signals
from zerosum.types import Bytes, Images


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.mark.parametrize("number", SIGNALS)
def test_each_signal_asks_for_the_end(number: int, asked: list[str]) -> None:
    before = signal.getsignal(number)
    with stopped_by_signals(lambda: asked.append("stop"), say=False):
        signal.raise_signal(number)
    assert asked == ["stop"]
    assert signal.getsignal(number) == before


def test_what_was_ignored_stays_ignored(asked: list[str]) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stopped_by_signals(lambda: asked.append("stop"), say=False):
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert asked == []


def test_a_second_one_does_no_harm_and_both_are_answered_at_once(
    asked: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("zerosum.training.stopping.time.monotonic", lambda: clock[0])
    with stopped_by_signals(lambda: asked.append("stop")):
        signal.raise_signal(signal.SIGINT)
        assert "then all is saved" in capfd.readouterr().err
        signal.raise_signal(signal.SIGINT)  # A launcher passes on what the terminal has sent.
        assert capfd.readouterr().err == ""
        clock[0] += 5.0
        signal.raise_signal(signal.SIGINT)
        again = capfd.readouterr().err
    assert f"nothing is lost. (To end at once, without: kill -9 {os.getpid()})" in again
    assert asked == ["stop"] * 3


def test_a_handler_that_was_there_before_hears_of_it_when_all_is_saved(asked: list[str]) -> None:
    before = signal.signal(signal.SIGUSR2, lambda number, frame: asked.append("launcher"))
    try:
        with stopped_by_signals(lambda: asked.append("stop"), say=False):
            signal.raise_signal(signal.SIGUSR2)
            asked.append("saved")
    finally:
        signal.signal(signal.SIGUSR2, before)
    assert asked == ["stop", "saved", "launcher"]


def test_in_a_thread_signals_are_left_alone(asked: list[str]) -> None:
    def work() -> None:
        with stopped_by_signals(lambda: asked.append("stop")):
            asked.append("worked")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert asked == ["worked"]


def test_a_signal_in_the_midst_of_an_evaluation_gives_it_up(
    tiny: RunConfig, tmp_path: Path
) -> None:
    config = replace(tiny, total_images=160, evaluate_every=80, evaluate_count=64)
    config = replace(config, checkpoint_seconds=3600.0)
    whole = train_run(config, out=tmp_path / "whole", quiet=True).run
    made = 0

    def interrupt(images: Images) -> Bytes:
        nonlocal made
        made += 1
        if made == 2:  # The first was that of the untrained network.
            assert weights(Run(tmp_path / "run"))["images"] == 80, "not saved before"
            signal.raise_signal(signal.SIGTERM)
        return unscale(images)

    with patch("zerosum.training.evaluation.unscale", interrupt):
        outcome = train_run(config, out=tmp_path / "run", quiet=True)
    assert outcome.images_seen == 80
    assert [scores.images_seen for scores in read_scores(outcome.run.scores_path)] == [0]
    resume_run(outcome.run.path, quiet=True)
    assert_same(weights(whole), weights(outcome.run))
    assert [scores.images_seen for scores in read_scores(outcome.run.scores_path)] == [0, 80, 160]


@pytest.fixture
def seldom(tiny: RunConfig) -> RunConfig:
    """With no checkpoint but those at the start and at the end."""
    return replace(tiny, checkpoint_seconds=3600.0, evaluate_every=0)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "samples"), "Permission denied"),
    ],
)
def test_what_fails_beside_the_game_costs_it_nothing(
    seldom: RunConfig, tmp_path: Path, error: OSError, said: str
) -> None:
    def fail(self: Samples, loop: Loop[Any]) -> None:
        if loop.images_seen == 160:
            raise error

    with patch.object(Samples, "draw_grid", fail), pytest.raises(RunError, match=said) as caught:
        train_run(seldom, out=tmp_path / "run", quiet=True)
    assert "The run is saved up to 160 images" in str(caught.value)
    assert f"zerosum resume {tmp_path / 'run'}" in str(caught.value)
    assert weights(Run(tmp_path / "run"))["images"] == 160


def test_at_the_end_each_has_its_turn_and_the_run_is_saved_first(
    seldom: RunConfig, tmp_path: Path
) -> None:
    order = []

    def fail(self: Statistics, loop: Loop[Any]) -> None:
        order.append(weights(Run(tmp_path / "run"))["images"])
        raise ValueError("a fault of our own")

    with patch.object(Statistics, "stopped", fail), pytest.raises(ValueError, match="of our own"):
        train_run(seldom, out=tmp_path / "run", quiet=True)
    assert order == [320]
    assert (tmp_path / "run" / "samples.gif").exists()


def test_an_error_in_the_midst_of_a_round_saves_nothing(seldom: RunConfig, tmp_path: Path) -> None:
    def fail(self: Loop[Any], *_: Any) -> None:
        if self.images_seen == 160:
            raise ValueError("a fault of our own")

    with patch.object(Loop, "update_averages", fail), pytest.raises(ValueError, match="our own"):
        train_run(seldom, out=tmp_path / "run", quiet=True)
    assert weights(Run(tmp_path / "run"))["images"] == 0


def test_foreign_pictures_among_the_samples_are_left_alone(
    seldom: RunConfig, tmp_path: Path
) -> None:
    (tmp_path / "run" / "samples").mkdir(parents=True)
    for name in ("mine.png", "١٢.png", "-3.png"):
        (tmp_path / "run" / "samples" / name).write_bytes(b"not even a picture")
    run = train_run(seldom, out=tmp_path / "run", quiet=True).run
    assert (run.path / "samples.gif").exists()
    assert (run.path / "samples" / "mine.png").read_bytes() == b"not even a picture"
