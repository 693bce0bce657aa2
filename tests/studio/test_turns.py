"""Whose turn it is, and what the others wait for."""

from typing import Any

import pytest

from zerosum.studio.jobs import Course, Job, Kind, Task
from zerosum.studio.queue_file import Plan
from zerosum.studio.turns import waiting_for


def job(identity: str, kind: Kind = "train", device: str = "cpu", **course: Any) -> Job:
    task = Task(kind=kind, run=f"run {identity}", words=(), cwd=".", device=device)
    return Job(id=identity, task=task, course=Course(created=0.0, **course))


TRAINS = "waits for run 1, which trains on the same device"


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        ((job("1"), job("2")), {"1": None, "2": TRAINS}),
        ((job("1", state="running"), job("2")), {"2": TRAINS}),
        ((job("2"), job("1", state="running")), {"2": TRAINS}),
        ((job("1", state="finished"), job("2")), {"2": None}),
        ((job("1", device="cuda"), job("2", device="cpu")), {"1": None, "2": None}),
        ((job("1", device="cuda"), job("2", device="cuda:0")), {"1": None, "2": TRAINS}),
        ((job("1", device="cuda:1"), job("2", device="cuda")), {"1": None, "2": None}),
        ((job("1"), job("2", is_urgent=True), job("3")), {"1": None, "2": None, "3": None}),
        ((job("1"), job("2", "export"), job("3", "evaluate")), None),
    ],
)
def test_one_training_at_a_time_on_each_device(
    jobs: tuple[Job, ...], expected: dict[str, str | None] | None
) -> None:
    found = waiting_for(Plan(jobs=jobs), {})
    if expected is None:
        assert found["1"] is found["2"] is None
        assert found["3"] == "waits for run 2, which comes first"
    elif "3" in expected:
        assert (found["1"], found["2"]) == (None, None)
        assert found["3"] == "waits for run 2, which trains on the same device"
    else:
        assert found == expected


def test_a_training_that_was_started_elsewhere_has_its_device() -> None:
    plan = Plan(jobs=(job("1", device="auto"), job("2", "evaluate")))
    assert waiting_for(plan, {"shell": "cpu"}) == {"1": None, "2": None}
    assert waiting_for(plan, {"shell": "cpu"}, auto="cpu") == {
        "1": "waits for shell, which trains on the same device",
        "2": None,
    }


def test_a_pause_holds_all_but_what_is_to_start_now() -> None:
    plan = Plan(jobs=(job("1"), job("2", is_urgent=True), job("3", "export")), paused=True)
    found = waiting_for(plan, {})
    assert found == {
        "1": "waits: the queue is paused",
        "2": None,
        "3": "waits: the queue is paused",
    }
