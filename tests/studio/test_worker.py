"""The worker: it is asked, it answers, it is cancelled, it dies, and it ends with the server."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from helpers.runs_in_processes import HANGS
from helpers.waiting import until as wait_until
from zerosum.studio.worker import (
    DeadWorkerError,
    MistakeError,
    RefusedError,
    SupersededError,
    Worker,
)

T = TypeVar("T")
TASKS = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _tasks_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    places = [str(TASKS), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, places)))


def at_work(tmp_path: Path, story: Callable[[Worker], Awaitable[T]], **options: Any) -> T:
    """What a story gives that has a worker; it is stopped at the end."""

    async def told() -> T:
        worker = Worker(tmp_path / "worker.log", tasks="helpers.tasks", **options)
        await worker.start()
        try:
            return await asyncio.wait_for(story(worker), HANGS)
        finally:
            await worker.stop()

    return asyncio.run(told())


async def until(condition: Callable[[], Any]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


async def begun(note: Path) -> int:
    """When a computation has begun that notes a number, and that number."""
    await until(lambda: note.exists() and note.read_text())
    return int(note.read_text())


def test_it_answers_and_says_what_it_does(tmp_path: Path) -> None:
    async def story(worker: Worker) -> None:
        assert (worker.state, worker.doing) == ("starting", None)
        await until(lambda: worker.state == "ready")
        assert worker.device == "cpu"
        seen: list[Any] = []

        def note(done: int, total: int) -> None:
            seen.append((done, total, worker.state, worker.doing))

        asked = {"how": "count", "total": 3, "seconds": 0.06}
        assert await worker.ask("behave", asked, on_progress=note, doing="counting") == 3
        assert seen == [(each, 3, "busy", "counting") for each in range(3)]
        assert (worker.state, worker.doing) == ("ready", None)
        values = {"text": "ä\ud800\n", "number": 0.1, "none": None}
        assert await worker.ask("behave", {"how": "echo", **values}) == values
        assert len(await worker.ask("behave", {"how": "blow", "size": 3_000_000})) == 3_000_000

    at_work(tmp_path, story)


def test_what_it_prints_disturbs_nothing_and_is_logged(tmp_path: Path) -> None:
    async def story(worker: Worker) -> None:
        assert await worker.ask("behave", {"how": "chatter"}) == ""

    at_work(tmp_path, story)
    log = (tmp_path / "worker.log").read_text()
    assert "not this" in log
    assert {"by Python's own", "by the descriptor", "by a child"} <= set(log.splitlines())


def test_refusals_and_mistakes_come_as_such(tmp_path: Path) -> None:
    async def story(worker: Worker) -> None:
        with pytest.raises(RefusedError, match="rate must be at most 1") as refused:
            await worker.ask("behave", {"how": "refuse", "field": "rate"})
        assert (refused.value.field, refused.value.status) == ("rate", 400)
        with pytest.raises(RefusedError, match=r"no-such"):
            await worker.ask("behave", {"how": "miss", "path": "no-such"})
        for how in ("err", "endless"):
            with pytest.raises(MistakeError, match=r"(TypeError|ValueError): .*worker\.log says"):
                await worker.ask("behave", {"how": how})
        assert await worker.ask("behave", {"how": "echo"}) == {}

    at_work(tmp_path, story)
    assert "Traceback" in (tmp_path / "worker.log").read_text()


def test_who_waits_comes_first_and_of_those_the_newest(tmp_path: Path) -> None:
    async def story(worker: Worker) -> list[str]:
        order: list[str] = []

        async def ask(name: str, **asked: Any) -> None:
            await worker.ask("behave", {"how": "echo"}, **asked)
            order.append(name)

        first = asyncio.ensure_future(
            worker.ask("behave", {"how": "count", "total": 4, "seconds": 0.05})
        )
        await until(lambda: worker.state == "busy")
        await asyncio.gather(
            ask("can wait"), ask("can wait, too"), ask("old", key="a"), ask("new", key="b"), first
        )
        return order

    assert at_work(tmp_path, story) == ["new", "old", "can wait", "can wait, too"]


def test_a_newer_request_of_the_same_client_cancels_the_older(tmp_path: Path) -> None:
    async def story(worker: Worker) -> None:
        note = tmp_path / "note"
        endless = {"how": "count", "total": 10**6, "note": str(note), "seconds": 0.01}
        process = await worker.ask("behave", {"how": "process"})
        older = asyncio.ensure_future(worker.ask("behave", endless, key="page"))
        await begun(note)
        assert await worker.ask("behave", {"how": "process"}, key="page") == process
        with pytest.raises(SupersededError):
            await older
        reached = note.read_text()
        assert await worker.ask("behave", {"how": "process"}) == process
        assert note.read_text() == reached

    at_work(tmp_path, story)


@pytest.mark.parametrize(
    "endless", [{"how": "count", "total": 10**6, "seconds": 0.01}, {"how": "spin"}]
)
def test_whoever_goes_away_has_it_cancelled(tmp_path: Path, endless: dict[str, Any]) -> None:
    async def story(worker: Worker) -> None:
        note = tmp_path / "note"
        process = await worker.ask("behave", {"how": "process"})
        going = asyncio.ensure_future(worker.ask("behave", {**endless, "note": str(note)}))
        await begun(note)
        going.cancel()
        assert await worker.ask("behave", {"how": "process"}) == process

    at_work(tmp_path, story)


SLOW = """
import time
from pathlib import Path

Path({note!r}).write_text("1")
for _ in range(30):
    time.sleep(0.01)
"""


def test_no_module_is_left_half_imported(tmp_path: Path) -> None:
    note = tmp_path / "note"
    (tmp_path / "slow_to_import.py").write_text(SLOW.format(note=str(note)))

    async def story(worker: Worker) -> None:
        process = await worker.ask("behave", {"how": "process"})
        load = {"how": "load", "folder": str(tmp_path)}
        loading = asyncio.ensure_future(worker.ask("behave", load))
        await begun(note)
        loading.cancel()
        assert await worker.ask("behave", {"how": "is_loaded"})
        assert await worker.ask("behave", {"how": "process"}) == process

    at_work(tmp_path, story)


def test_what_does_not_notice_is_killed_with_all_that_it_began(tmp_path: Path) -> None:
    async def story(worker: Worker) -> None:
        note = tmp_path / "note"
        process = await worker.ask("behave", {"how": "process"})
        hanging = asyncio.ensure_future(worker.ask("behave", {"how": "hang", "note": str(note)}))
        child = await begun(note)
        hanging.cancel()
        assert await worker.ask("behave", {"how": "process"}) != process
        await until(lambda: not is_alive(process) and not is_alive(child))

    at_work(tmp_path, story, patience=0.1)


@pytest.mark.parametrize("times", [1, 2])
def test_what_it_dies_of_is_tried_once_more(tmp_path: Path, times: int) -> None:
    async def story(worker: Worker) -> None:
        asked = {"how": "die", "note": str(tmp_path / "note"), "times": times}
        if times == 1:
            assert await worker.ask("behave", asked) == "well"
        else:
            with pytest.raises(DeadWorkerError, match=r"died of this, twice.*worker\.log"):
                await worker.ask("behave", asked)
        assert await worker.ask("behave", {"how": "echo"}) == {}

    at_work(tmp_path, story)


def test_killed_while_it_waits_it_is_warm_again(tmp_path: Path) -> None:
    async def story(worker: Worker) -> None:
        process = await worker.ask("behave", {"how": "process"})
        os.kill(process, signal.SIGKILL)
        await until(lambda: worker.state == "starting")
        await until(lambda: worker.state == "ready")
        assert await worker.ask("behave", {"how": "process"}) != process

    at_work(tmp_path, story)


def test_it_says_why_it_does_not_start_and_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBORN", "1")

    async def story(worker: Worker) -> None:
        await until(lambda: worker.state == "dead")
        with pytest.raises(DeadWorkerError, match=r"does not start.*there is no PyTorch here"):
            await worker.ask("behave", {"how": "echo"})
        monkeypatch.delenv("STILLBORN")
        assert await worker.ask("behave", {"how": "echo"}) == {}

    at_work(tmp_path, story)


def test_where_the_system_starts_no_process_it_says_so_and_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sys.executable
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))

    async def story(worker: Worker) -> None:
        asking = worker.ask("behave", {"how": "echo"})
        with pytest.raises(DeadWorkerError, match=r"does not start.*No such file"):
            await asyncio.wait_for(asking, 5.0)
        monkeypatch.setattr(sys, "executable", real)
        assert await worker.ask("behave", {"how": "echo"}) == {}

    at_work(tmp_path, story)


def test_an_answer_that_is_longer_than_any_may_be_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerosum.studio.worker_process.LONGEST_LINE", 2**10)

    async def story(worker: Worker) -> None:
        with pytest.raises(DeadWorkerError, match="died of this, twice"):
            await asyncio.wait_for(worker.ask("behave", {"how": "blow", "size": 2**12}), HANGS)
        assert await worker.ask("behave", {"how": "echo"}) == {}

    at_work(tmp_path, story)


def test_it_ends_with_the_worker(tmp_path: Path) -> None:
    async def story(worker: Worker) -> tuple[int, "asyncio.Task[Any]"]:
        process = await worker.ask("behave", {"how": "process"})
        asked = {"how": "hang", "note": str(tmp_path / "note")}
        hanging = asyncio.ensure_future(worker.ask("behave", asked))
        await begun(tmp_path / "note")
        return process, hanging

    async def stopped() -> None:
        worker = Worker(tmp_path / "worker.log", tasks="helpers.tasks")
        process, hanging = await story(worker)
        await worker.stop()
        with pytest.raises(DeadWorkerError, match="being stopped"):
            await hanging
        assert not is_alive(process)
        assert worker.state == "dead"

    asyncio.run(stopped())


SERVER = """
import asyncio, sys
from pathlib import Path
from zerosum.studio.worker import Worker

async def serve():
    worker = Worker(Path(sys.argv[1]) / "worker.log", tasks="helpers.tasks")
    print(await worker.ask("behave", {"how": "process"}), flush=True)
    await worker.ask("behave", {"how": "hang", "note": sys.argv[1] + "/note"})

asyncio.run(serve())
"""


def test_it_ends_when_the_server_is_killed_in_the_middle_of_a_computation(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        child = asyncio.run(begun(tmp_path / "note"))
        assert is_alive(worker)
        server.kill()
    wait_until(lambda: not is_alive(worker))
    wait_until(lambda: not is_alive(child))
