"""Whose turn it is: which jobs may start, and what the others wait for."""

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from zerosum.studio.queue_file import Plan

__all__ = ["device_of_auto", "waiting_for"]

_BESIDE = "beside"
"""The place of what is done beside a training, one at a time."""


def waiting_for(
    plan: Plan, outside: Mapping[str, str], *, auto: str | None = None
) -> dict[str, str | None]:
    """What each waiting job waits for, by its name; None where it may start.

    Args:
        plan: The queue.
        outside: Runs that are trained without the queue, and their devices.
        auto: The device that ``auto`` stands for; None where nobody knows yet.

    Example:
        >>> from zerosum.studio.jobs import Course, Job, Task
        >>> task = Task(kind="train", run="digits", words=(), cwd=".", device="cuda")
        >>> plan = Plan(jobs=(Job(id="1", task=task, course=Course(created=0.0)),))
        >>> waiting_for(plan, {})
        {'1': None}
        >>> waiting_for(plan, {"faces": "cuda:0"})
        {'1': 'waits for faces, which trains on the same device'}
    """
    used = {_place(device, auto): run for run, device in outside.items()}
    for job in plan.jobs:
        if job.course.state == "running":
            used[_place(job.task.device, auto) if job.task.trains else _BESIDE] = job.task.key
    found: dict[str, str | None] = {}
    for job in plan.jobs:
        if job.course.state != "waiting":
            continue
        place = _place(job.task.device, auto) if job.task.trains else _BESIDE
        found[job.id] = None
        if job.course.is_urgent:
            used[place] = job.task.key
        elif plan.paused:
            found[job.id] = "waits: the queue is paused"
        elif place in used:
            what = "which trains on the same device" if job.task.trains else "which comes first"
            found[job.id] = f"waits for {used[place]}, {what}"
        else:
            used[place] = job.task.key
    return found


@cache
def device_of_auto() -> str | None:
    """The device that ``auto`` stands for, as far as that can be known without PyTorch.

    Without a GPU it is the processor; else None: PyTorch may have been built for it or not.

    Example:
        >>> device_of_auto() in ("cpu", None)
        True
    """
    nodes = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")  # NVIDIA, AMD, and either below Windows.
    is_bare = sys.platform == "linux" and not any(Path(node).exists() for node in nodes)
    return "cpu" if is_bare else None


def _place(device: str, auto: str | None) -> str:
    """One name for each device."""
    name = auto if device == "auto" and auto is not None else device
    return "cuda:0" if name == "cuda" else name
