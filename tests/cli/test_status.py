"""What a command tells, while it works, in the file that ``ZEROSUM_STATUS`` names."""

import os
from pathlib import Path
from typing import Any

import pytest

from helpers.command_line import call
from helpers.waiting import until
from zerosum.cli import main
from zerosum.counting import counting
from zerosum.status import CommandStatus, read_command, told_of_command

FEW = ("--images", "16", "--batch-size", "16", "--device", "cpu", "--quiet")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "told" / "status.json"
    path.parent.mkdir()
    monkeypatch.setenv("ZEROSUM_STATUS", str(path))
    return path


def told(path: Path) -> CommandStatus:
    status = read_command(path)
    assert status is not None
    return status


def wait_for(path: Path, phase: str, done: int | None = None) -> CommandStatus:
    """What is told once that is."""
    said: list[CommandStatus] = []

    def says_so() -> bool:
        status = read_command(path)
        said.extend([status] if status else [])
        return bool(said) and (said[-1].phase, said[-1].done) == (phase, done)

    until(says_so)
    return said[-1]


def test_what_counts_is_told_also_where_it_is_quiet(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    with counting("nobody listens", quiet=True) as progress:
        assert progress is None
    with told_of_command(path):
        for quiet in (True, False):
            with counting(f"quiet: {quiet}", quiet=quiet) as progress:
                assert progress is not None
                wait_for(path, f"quiet: {quiet}")
                progress(3, 12)
                now = wait_for(path, f"quiet: {quiet}", 3)
                assert (now.state, now.total, now.pid) == ("working", 12, os.getpid())
                assert now.seconds_left == pytest.approx(9 / (now.rate or 0), rel=0.1, abs=0.1)
        wait_for(path, "starting")
        with counting("lost \udcff\n", quiet=True):
            wait_for(path, "lost ?\n")
    assert (told(path).state, told(path).phase, told(path).message) == ("done", "", None)


def test_a_command_says_how_it_ends(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("recipes") == 0
    assert told(file).state == "done"
    assert call("train", "dcgan-digit") == 2
    assert told(file).message == capsys.readouterr().err.removeprefix("zerosum: ").strip()
    assert call("evaluate", "no/run") == 1
    assert (told(file).state, told(file).run) == ("failed", None)
    assert "no/run" in (told(file).message or "")
    assert call("train", "dcgan-digits", "--images", "x") == 2
    assert told(file).message == "it did not do all that was asked; what it printed says why"


@pytest.mark.parametrize(
    ("error", "message"),
    [(KeyboardInterrupt(), "it was interrupted"), (TypeError("odd"), "TypeError: odd")],
)
def test_what_breaks_off_has_failed(
    error: BaseException, message: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def list_all(*_: Any) -> None:
        raise error

    monkeypatch.setattr("zerosum.cli.recipes.run", list_all)
    with pytest.raises((SystemExit, TypeError)):
        main(["recipes"])
    assert (told(file).state, told(file).message) == ("failed", message)


def test_a_training_names_its_run(file: Path, tmp_path: Path) -> None:
    words = (
        "train",
        "mnist-gan-2018",
        "--data",
        "digits",
        *FEW,
        "--evaluate-every",
        "0",
        "--sample-every",
        "16",
    )
    assert call(*words, "--out", str(tmp_path / "run")) == 0
    assert (told(file).state, told(file).run) == ("done", str(tmp_path / "run"))
    assert call(*words, "--out", str(tmp_path / "run")) == 1  # It is there already: not its run.
    assert told(file).run is None
    assert "already holds a run" in (told(file).message or "")


def test_who_was_killed_has_failed(file: Path) -> None:
    assert call("recipes") == 0
    text = file.read_text().replace('"done", "phase"', '"working", "phase"')
    file.write_text(text)
    assert told(file).state == "working"  # By this process, which goes on.
    file.write_text(text.replace(f'"pid": {os.getpid()}', '"pid": 0'))
    assert told(file).state == "failed"
    assert "killed" in (told(file).message or "")


def test_other_processes_of_a_job_and_a_file_that_cannot_be_written_change_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "1")
    assert call("recipes") == 0
    assert not file.exists()
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("ZEROSUM_STATUS", str(file / "no" / "such" / "folder"))
    assert call("recipes") == 0
    assert not file.exists()
