"""Jobs: what processes are to do, one after the other, and what has become of them."""

from dataclasses import dataclass, field
from typing import Literal

from typing_extensions import TypedDict

__all__ = ["Course", "Facts", "Job", "JobShown", "JobState", "Kind", "Stored", "Task"]

Kind = Literal["train", "resume", "evaluate", "export", "translate", "attack"]
Stored = Literal["waiting", "running", "finished", "stopped", "failed"]
"""What the queue file knows of a job; all else is seen by its process."""
JobState = Literal[
    "waiting",
    "preparing",
    "running",
    "stopping",
    "finished",
    "stopped",
    "failed",
    "removed",
]
"""What is shown of it."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a configuration says of a run, to be shown before there is a run folder."""

    recipe: str = ""
    family: str = ""
    data: str = ""
    total_images: int = 0
    pictures: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be done.

    Attributes:
        kind: Which command does it.
        run: The name of the run; empty where it is done with a network that is none.
        words: All that follows ``zerosum`` on the command line.
        cwd: The folder from which that is called, since sources may be relative to it.
        device: Where it trains: one training at a time does.
        facts: What is to be known of the run.
        files: What comes out, in the run folder.
        network: The key of a network that comes with zerosum, such as ``@digits``, if it is
            done with one.
        results: Where many files come out, as `zerosum.studio.results` names it.
    """

    kind: Kind
    run: str
    words: tuple[str, ...]
    cwd: str
    device: str = "auto"
    facts: Facts = field(default_factory=Facts)
    files: tuple[str, ...] = ()
    network: str = ""
    results: str = ""

    @property
    def key(self) -> str:
        """What it is done with: the run's name, or the key of a network that is none.

        Example:
            >>> Task(kind="attack", run="", network="@digits", words=(), cwd=".").key
            '@digits'
        """
        return self.run or self.network

    @property
    def trains(self) -> bool:
        """Whether it needs the device for itself.

        Example:
            >>> Task(kind="export", run="faces", words=(), cwd=".").trains
            False
        """
        return self.kind in ("train", "resume")


@dataclass(frozen=True, kw_only=True)
class Course:
    """What has become of a job.

    Attributes:
        state: As far as the queue knows.
        created: When it was asked for.
        started: When its process was to be started, which is written before it is.
        ended: When it was seen to have ended.
        message: Why it failed.
        is_urgent: Whether it is to start without waiting for a device.
        is_stopping: Whether it was asked to stop.
    """

    state: Stored = "waiting"
    created: float
    started: float | None = None
    ended: float | None = None
    message: str | None = None
    is_urgent: bool = False
    is_stopping: bool = False


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something that a process is to do.

    Attributes:
        id: By which it is asked for.
        task: What is to be done.
        course: What has become of it.
    """

    id: str
    task: Task
    course: Course

    @property
    def is_over(self) -> bool:
        """Whether nothing more will become of it.

        Example:
            >>> task = Task(kind="export", run="faces", words=(), cwd=".")
            >>> Job(id="1", task=task, course=Course(created=0.0)).is_over
            False
        """
        return self.course.state not in ("waiting", "running")


class JobShown(TypedDict):
    """A job, as it is shown: the stored one, and what its process says just now.

    ``run`` is empty where ``network``, the key of what it is done with, is no run's.
    """

    id: str
    kind: Kind
    run: str
    network: str
    recipe: str
    command: str
    device: str
    state: JobState
    phase: str | None
    done: int | None
    total: int | None
    seconds_left: float | None
    message: str | None
    created: float
    started: float | None
    ended: float | None
    files: list[str]
    results: str
