"""The queue: what is written down, who works it, and that nothing is done twice or lost."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from helpers.runs_in_processes import environment
from helpers.waiting import until
from zerosum.studio import launching
from zerosum.studio.home import Home
from zerosum.studio.jobs import Job, JobShown, Task
from zerosum.studio.queue import Queue, working_queue
from zerosum.studio.queue_file import Plan, QueueFile
from zerosum.studio.refusals import ConflictError, MissingError

WAITS = 120.0
"""Seconds after which a process is taken to hang."""


def task(*words: str, run: str = "run", **changes: Any) -> Task:
    kind = changes.pop("kind", "train")
    return Task(kind=kind, run=run, words=words, cwd=changes.pop("cwd", "."), **changes)


def worked(queue: Queue, are_so: Callable[[list[JobShown]], bool]) -> list[JobShown]:
    """The jobs, after the queue was worked until they are so."""

    def work() -> list[JobShown] | None:
        jobs = queue.shown()["jobs"]
        if are_so(jobs):
            return jobs
        queue.tick()
        return None

    found = until(work, WAITS)
    assert found is not None
    return found


def are_over(jobs: list[JobShown]) -> bool:
    return all(job["state"] in ("finished", "stopped", "failed") for job in jobs)


def log(home: Home, job: Job) -> str:
    return launching.log_of(home, job).read_text()


def test_jobs_are_kept_in_their_order(tmp_path: Path) -> None:
    file = QueueFile(Home(tmp_path))
    one, two, three = (file.add(lambda plan: task(run="a")) for _ in range(3))
    assert QueueFile(Home(tmp_path)).read().jobs == (one, two, three)
    file.order([three.id, "gone", one.id])
    assert [job.id for job in file.read().jobs] == [three.id, one.id, two.id]
    file.pause(True)
    assert QueueFile(Home(tmp_path)).read().paused
    with pytest.raises(MissingError):
        file.read().find("gone")
    file.change(lambda plan: plan.with_course(one.id, state="finished"))
    with pytest.raises(ConflictError, match="has started"):
        file.start(one.id)


def test_what_is_no_queue_is_put_aside(tmp_path: Path) -> None:
    home = Home(tmp_path)
    QueueFile(home).add(lambda plan: task())
    home.queue.write_text('{"jobs": [{"id": 3}]}')
    file = QueueFile(home)
    assert file.read().jobs == ()
    assert file.add(lambda plan: task(run="again")).task.run == "again"
    assert home.queue.with_suffix(".damaged").read_text() == '{"jobs": [{"id": 3}]}'


def test_fifty_jobs_that_are_over_stay_in_the_list(tmp_path: Path) -> None:
    home = Home(tmp_path)
    file = QueueFile(home)
    jobs = [file.add(lambda plan: task()) for _ in range(53)]
    for job in jobs[:3]:
        home.job(job.id).mkdir(parents=True)

    def end(plan: Plan) -> Plan:
        for number, job in enumerate(jobs):
            plan = plan.with_course(job.id, state="finished", ended=float(number))
        return plan

    file.change(end)
    assert [job.id for job in file.read().jobs] == [job.id for job in jobs[3:]]
    assert list((home.state / "jobs").iterdir()) == []


def test_a_job_runs_to_its_end_and_leaves_no_zombie(tmp_path: Path) -> None:
    home = Home(tmp_path)
    _, queue = working_queue(home)
    (tmp_path / "random.py").write_text("raise SystemExit('not this one')")
    job = queue.add(lambda plan: task("--version", cwd=str(tmp_path)))
    (shown,) = worked(queue, are_over)
    assert (shown["state"], shown["message"]) == ("finished", None)
    assert log(home, job).startswith("zerosum ")
    claim = json.loads((home.job(job.id) / "started.json").read_text())
    queue.tick()
    while psutil.pid_exists(claim["pid"]):
        queue.tick()
    queue.close()


def test_a_job_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, queue = working_queue(Home(tmp_path))
    queue.add(lambda plan: task("recipes", "dcgan-digitz", run="unknown"))
    queue.add(lambda plan: task("--version", run="nowhere", cwd=str(tmp_path / "no"), device="x"))
    jobs = {job["run"]: job for job in worked(queue, are_over)}
    assert {job["state"] for job in jobs.values()} == {"failed"}
    assert str(jobs["unknown"]["message"]).startswith("unknown recipe 'dcgan-digitz'; did you")
    assert "cannot be started: No such file" in str(jobs["nowhere"]["message"])
    monkeypatch.setattr(sys, "executable", "/bin/false")
    queue.add(lambda plan: task("--version", run="false"))
    assert worked(queue, are_over)[-1]["message"] == _BEFORE
    queue.close()


_BEFORE = "its process ended with code 1 before it began."


class Killed(BaseException):
    """As if the server were there no more."""


@pytest.mark.parametrize("last", range(7))
def test_a_server_that_is_killed_at_any_step_starts_nothing_twice_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    home, steps = Home(tmp_path), iter(range(100))
    children: list[Any] = []

    def dying(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            if next(steps) == last:
                raise Killed
            result = function(*arguments)
            children.append(result)
            if next(steps) == last:
                raise Killed
            return result

        return call

    _, first = working_queue(home)
    job = first.add(lambda plan: task("--version"))
    with monkeypatch.context() as patches, suppress(Killed):
        patches.setattr("zerosum.studio.queue.launch", dying(launching.launch))
        patches.setattr(first.file, "change", dying(first.file.change))
        worked(first, are_over)
        assert last >= 6  # There are no more steps.
    first.close()
    _, second = working_queue(home)
    (shown,) = worked(second, are_over)
    assert shown["state"] == "finished"
    assert log(home, job).count("zerosum ") == 1
    second.close()
    for child in children:
        if isinstance(child, subprocess.Popen):
            child.wait()


def test_of_two_processes_for_one_job_one_does_it(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "zerosum.studio.launched", str(tmp_path), "--version"]
    processes = [
        subprocess.Popen(words, stdout=subprocess.PIPE, env=environment()) for _ in range(2)
    ]
    printed = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(bool(each) for each in printed) == [False, True]


def test_a_job_whose_process_was_killed_is_stopped(tmp_path: Path) -> None:
    home = Home(tmp_path)
    _, queue = working_queue(home)
    job = queue.add(lambda plan: task("studio", str(tmp_path / "inner"), "--port", "0"))
    queue.tick()
    claim = until(lambda: launching.trace_of(home, job).claim)
    assert claim is not None
    process = psutil.Process(claim["pid"])
    try:
        status = process.environ()["ZEROSUM_STATUS"]
        assert process.nice() == max(10, psutil.Process().nice())
        assert status == str((home.job(job.id) / "status.json").absolute())
    finally:
        process.kill()
    (shown,) = worked(queue, are_over)
    assert shown["state"] == "stopped"
    assert "killed" in str(shown["message"])
    queue.close()


def test_a_job_that_could_not_write_its_end_is_not_called_killed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    job = QueueFile(home).add(lambda plan: task())
    home.job(job.id).mkdir(parents=True)
    (home.job(job.id) / "started.json").write_text('{"pid": 1, "created": 1.0}')
    (home.job(job.id) / "ended.json").touch()  # As a full disk leaves it.
    outcome = launching.trace_of(home, job).outcome
    assert outcome is not None
    assert outcome.state == "failed"
    assert "the disk was full" in str(outcome.message)


def test_one_of_two_servers_works_the_queue_and_the_other_takes_over(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (_, first), (_, second) = working_queue(home), working_queue(home)
    first.tick()
    second.tick()
    assert (first.schedules, second.schedules) == (True, False)
    second.file.pause(True)
    job = second.add(lambda plan: task("--version"))
    second.tick()
    first.tick()
    assert first.shown()["jobs"] == second.shown()["jobs"]
    assert first.shown()["jobs"][0]["phase"] == "waits: the queue is paused"
    first.close()
    second.tick()
    assert second.schedules
    second.file.start(job.id)
    assert worked(second, are_over)[0]["state"] == "finished"
    second.close()


def test_a_job_that_waits_is_removed_and_one_that_runs_is_stopped(tmp_path: Path) -> None:
    home = Home(tmp_path)
    _, queue = working_queue(home)
    waiting = queue.add(lambda plan: task("--version"))
    assert not queue.stop_job(waiting.id)
    assert queue.shown()["jobs"] == []
    running = queue.add(lambda plan: task("--version"))
    queue.file.change(lambda plan: plan.with_course(running.id, state="running", started=1.0))
    assert queue.stop_job(running.id)  # Its server was killed before it had begun.
    assert worked(queue, are_over)[0]["state"] == "stopped"
    assert not home.job(running.id).exists()
    queue.close()


def test_a_queue_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.state.write_text("in the way")
    _, queue = working_queue(home)
    with pytest.raises(Exception, match="a file is where a folder should be"):
        queue.tick()


def test_a_mistake_of_ours_is_told_and_does_not_end_the_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    shelf, queue = working_queue(Home(tmp_path))
    reasons, asked = shelf.reasons, iter(range(3))

    def fails_at_first() -> dict[str, str | None]:
        if next(asked, None) is not None:
            raise ZeroDivisionError("by zero")
        return reasons()

    monkeypatch.setattr(shelf, "reasons", fails_at_first)
    monkeypatch.setattr("zerosum.studio.queue.EVERY", 0.01)
    job = queue.file.add(lambda plan: task("--version"))
    asyncio.run(queue.start())
    try:
        until(lambda: queue.trouble == "ZeroDivisionError: by zero")
        until(lambda: queue.trouble is None)
        until(lambda: queue.file.read().find(job.id).course.state == "finished")
    finally:
        queue.close()
    assert capfd.readouterr().err.count("ZeroDivisionError: by zero") == 1


@pytest.mark.parametrize("change", ["finished", "stopped", "removed"])
def test_what_became_of_a_job_at_the_moment_of_its_start_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    home = Home(tmp_path)
    shelf, queue = working_queue(home)
    job = queue.file.add(lambda plan: task("--version"))
    reasons = shelf.reasons()
    assert reasons == {job.id: None}
    queue.file.change(
        lambda plan: (
            plan.without(job.id)
            if change == "removed"
            else plan.with_course(job.id, state=change, ended=1.0)
        )
    )
    before = queue.file.read()
    monkeypatch.setattr(shelf, "reasons", lambda: reasons)  # As it was seen just before.
    queue.tick()
    queue.close()
    assert queue.file.read() == before
    assert not home.job(job.id).exists()


def test_whoever_was_killed_in_the_midst_of_claiming_a_job_does_not_hold_it_for_ever(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path)
    job = QueueFile(home).add(lambda plan: task("--version"))
    home.job(job.id).mkdir(parents=True)
    claim = home.job(job.id) / "started.json"
    claim.write_text('{"pid": ')
    assert launching.trace_of(home, job).outcome is None
    os.utime(claim, (1.0, 1.0))
    assert launching.trace_of(home, job).outcome is not None
