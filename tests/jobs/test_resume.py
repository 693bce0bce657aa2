"""A run that is killed, stopped or lengthened ends with the weights of one that was not."""

import os
import random
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.nursery import Forked
from helpers.runs_in_processes import (
    assert_same,
    create,
    finish,
    start,
    start_as_users_do,
    start_dying,
    weights,
)
from helpers.settings import adversarial
from zerosum import jobs
from zerosum.checkpoint import load_checkpoint, save_checkpoint
from zerosum.config import BurnInConfig, RunConfig
from zerosum.errors import CheckpointError, ConfigError, RunError
from zerosum.runs import Run
from zerosum.training.records import read_statistics
from zerosum.training.status import read_status

KILLS = int(os.environ.get("ZEROSUM_TEST_KILLS", "4"))
"""More of them find more: ZEROSUM_TEST_KILLS=40 pytest tests/jobs/test_resume.py"""


@pytest.fixture
def long(tiny: RunConfig) -> RunConfig:
    """Some seconds, with a checkpoint after every round: kills hit many of them."""
    return replace(tiny, total_images=400 * KILLS, checkpoint_seconds=0.0)


def _unbroken(config: RunConfig, path: Path) -> Run:
    return jobs.train_run(config, out=path, quiet=True).run


def test_one_seed_one_result(tiny: RunConfig, tmp_path: Path) -> None:
    first, second = (_unbroken(tiny, tmp_path / name) for name in "ab")
    assert_same(weights(first), weights(second))
    other = _unbroken(replace(tiny, seed=1), tmp_path / "c")
    with pytest.raises(AssertionError):
        assert_same(weights(first), weights(other))


def test_kill_9_at_random_changes(long: RunConfig, tmp_path: Path) -> None:
    expected = _unbroken(long, tmp_path / "unbroken")
    run = create(tmp_path / "killed", long)
    chance = random.Random(0)
    command = ["resume", str(run.path), "--quiet"]
    for _ in range(KILLS):
        # A round makes about ten changes, and there are twenty-five rounds for each kill.
        last = chance.randrange(10, 100)
        finish(start_dying(run.path, last, *command), code=-signal.SIGKILL)
        status = read_status(run.status_path)
        assert status is None or status.state == "stopped"
    finish(start(*command))
    assert_same(weights(expected), weights(run))
    assert _log(expected) == _log(run)


def _log(run: Run) -> list[dict[str, Any]]:
    """The log without what depends on the clock."""
    return [
        {key: line[key] for key in line if key not in ("seconds", "images_per_second")}
        for line in read_statistics(run.path / "stats.jsonl")
        if line["images"] % 64 == 0
    ][-3:]


def _wait_for_a_line(run: Run, process: Forked | subprocess.Popen[str]) -> None:
    """Wait until a run has logged something, so that some rounds were played."""
    log = run.path / "stats.jsonl"
    while not log.exists() or not log.read_text():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.005)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGUSR1])
def test_a_signal_saves_and_says_how_to_go_on(
    long: RunConfig, tmp_path: Path, number: signal.Signals
) -> None:
    run = create(tmp_path / "run", replace(long, checkpoint_seconds=3600.0, total_images=10**7))
    process = start("resume", str(run.path), "--quiet")
    _wait_for_a_line(run, process)
    process.send_signal(number)
    output = finish(process, code=130)
    assert "stopping: the round that is being played is finished, then all is saved" in output
    assert "all is saved.\n" in output
    assert f"zerosum resume {run.path}" in output
    assert weights(run)["images"] > 0


def test_a_run_that_ignores_the_end_of_its_terminal_goes_on(
    tiny: RunConfig, tmp_path: Path
) -> None:
    run = create(tmp_path / "run", replace(tiny, total_images=3200))
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # As nohup does.
    try:
        process = start_as_users_do("resume", str(run.path), "--quiet")
    finally:
        signal.signal(signal.SIGHUP, before)
    _wait_for_a_line(run, process)
    process.send_signal(signal.SIGHUP)
    assert "done: 3,200 images seen." in finish(process)


def test_a_longer_run_is_the_same_as_one_planned_so(tiny: RunConfig, tmp_path: Path) -> None:
    whole = _unbroken(replace(tiny, total_images=640), tmp_path / "whole")
    half = _unbroken(tiny, tmp_path / "half")
    outcome = jobs.resume_run(half.path, images=640, quiet=True)
    assert outcome.is_complete
    assert outcome.images_seen == 640
    assert_same(weights(whole), weights(half))
    assert half.config().total_images == 640


def test_a_burn_in_goes_on_where_it_was(tiny: RunConfig, tmp_path: Path) -> None:
    burn_in = BurnInConfig(images=500, learning_rate=4.0, beta2=0.9, penalties=10.0, half_life=0.0)
    config = replace(tiny, game=replace(adversarial(tiny), burn_in=burn_in))
    whole = _unbroken(replace(config, total_images=640), tmp_path / "whole")
    half = _unbroken(config, tmp_path / "half")
    jobs.resume_run(half.path, images=640, quiet=True)
    assert_same(weights(whole), weights(half))
    steady = _unbroken(replace(tiny, total_images=640), tmp_path / "steady")
    with pytest.raises(AssertionError):
        assert_same(weights(whole), weights(steady))


def test_fewer_images_than_seen_is_refused(tiny: RunConfig, tmp_path: Path) -> None:
    run = _unbroken(tiny, tmp_path / "run")
    with pytest.raises(ConfigError, match="has seen 320 images already"):
        jobs.resume_run(run.path, images=100, quiet=True)


def test_a_changed_configuration_is_refused_with_the_difference(
    tiny: RunConfig, tmp_path: Path
) -> None:
    run = _unbroken(tiny, tmp_path / "run")
    changed = replace(tiny, game=replace(adversarial(tiny), critic_turns=2), batch_size=32)
    run.write_config(changed)
    with pytest.raises(RunError, match=r"(?s)batch_size: 16 → 32.*game\.critic_turns: 1 → 2"):
        jobs.resume_run(run.path, quiet=True)


def test_a_run_from_before_a_field_existed_goes_on(tiny: RunConfig, tmp_path: Path) -> None:
    run = _unbroken(tiny, tmp_path / "run")
    state = load_checkpoint(run.checkpoint_path)
    del state["config"]["pictures"]["filter"]
    save_checkpoint(run.checkpoint_path, state)
    assert jobs.resume_run(run.path, images=640, quiet=True).is_complete


def test_changed_pictures_are_noticed(tiny: RunConfig, tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (40, 28, 28), dtype=np.uint8)
    np.save(tmp_path / "a.npy", pictures)
    run = _unbroken(replace(tiny, data=str(tmp_path / "a.npy")), tmp_path / "run")
    np.save(tmp_path / "a.npy", pictures[:30])
    with pytest.raises(RunError, match="there were 40, now there are 30"):
        jobs.resume_run(run.path, images=640, quiet=True)
    np.save(tmp_path / "a.npy", pictures)
    assert jobs.resume_run(run.path, images=640, quiet=True).is_complete


def test_a_relative_source_is_found_from_anywhere(
    tiny: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "a.npy", np.full((40, 28, 28), 200, dtype=np.uint8))
    monkeypatch.chdir(tmp_path)
    run = _unbroken(replace(tiny, data="a.npy"), tmp_path / "run")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert jobs.resume_run(run.path, images=640, quiet=True).is_complete


def test_a_run_folder_is_never_overwritten(tiny: RunConfig, tmp_path: Path) -> None:
    run = _unbroken(tiny, tmp_path / "run")
    before = run.checkpoint_path.read_bytes()
    with pytest.raises(RunError, match=r"(?s)zerosum resume.*seed: 0 → 5"):
        jobs.train_run(replace(tiny, seed=5), out=run.path, quiet=True)
    assert run.checkpoint_path.read_bytes() == before


def test_a_run_in_use_is_left_alone(tiny: RunConfig, tmp_path: Path) -> None:
    run = create(tmp_path / "run", tiny)
    with run.locked():
        process = start("resume", str(run.path), "--quiet")
        output = finish(process, code=1)
    assert "in use by another process" in output
    assert "Traceback" not in output


def test_a_truncated_checkpoint_is_refused(tiny: RunConfig, tmp_path: Path) -> None:
    run = _unbroken(tiny, tmp_path / "run")
    content = run.checkpoint_path.read_bytes()
    run.checkpoint_path.write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match="truncated"):
        jobs.resume_run(run.path, quiet=True)


def test_networks_of_another_version_are_refused(tiny: RunConfig, tmp_path: Path) -> None:
    run = _unbroken(replace(tiny, total_images=16), tmp_path / "run")
    state = load_checkpoint(run.checkpoint_path)
    network = state["loop"]["players"]["generator"]["network"]
    network["renamed"] = network.pop(next(iter(network)))
    save_checkpoint(run.checkpoint_path, state)
    with pytest.raises(CheckpointError, match="another version"):
        jobs.resume_run(run.path, images=32, quiet=True)
