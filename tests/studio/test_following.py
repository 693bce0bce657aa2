"""Whoever follows a run has what its files hold, however often the connection was lost."""

import asyncio
import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from zerosum.files import write_text
from zerosum.jsonlines import append_line
from zerosum.studio import following
from zerosum.studio.events import Hub, cursors_of, stream
from zerosum.studio.following import Place, read_lines_on, read_text_on
from zerosum.studio.following_runs import RunTopic
from zerosum.studio.topics import Topic, WholeTopic

KINDS = {"stats": "stats.jsonl", "scores": "scores.jsonl", "alarms": "alarms.txt"}


@dataclass
class Client:
    """What a page knows of a run: it takes events as static/collecting.js does."""

    stats: list[Any] = field(default_factory=list)
    scores: list[Any] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    samples: dict[str, tuple[int, float]] = field(default_factory=dict)
    log: str = ""
    log_end: int = -1
    cursor: Any = None

    def take(self, data: dict[str, Any]) -> None:
        if data.get("reset"):
            self.stats, self.scores, self.alarms = [], [], []
        if data.get("gone") or data.get("all_samples"):
            self.samples = {}
        for kind in KINDS:
            getattr(self, kind).extend(data.get(kind, []))
        for each in data.get("samples", []):
            self.samples[each["file"]] = (each["images"], each["changed"])
        if log := data.get("log"):
            self.log = log["text"] if log["start"] != self.log_end else self.log + log["text"]
            self.log_end = log["end"]


class Run(RuleBasedStateMachine):
    """A run whose files change as trainings change them, and a client that is often cut off."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "run"
        self.path.mkdir()
        self.log = Path(self.folder.name) / "log.txt"
        self.client = Client()
        self.number = 0
        self.topic = self.new_topic()
        self.small = patch.multiple(following, _MOST_LINES=3, _MOST_BYTES=64, _TAIL=32)
        self.small.start()

    def new_topic(self) -> RunTopic:
        return RunTopic(
            "run",
            folder=lambda: self.path if self.path.is_dir() else None,
            summary=lambda: None,
            log=lambda: self.log if self.log.exists() else None,
        )

    def lines(self, kind: str) -> list[str]:
        path = self.path / KINDS[kind]
        return path.read_text().split("\n")[:-1] if path.exists() else []

    @rule(kind=st.sampled_from(["stats", "scores"]), count=st.integers(1, 9))
    def appends(self, kind: str, count: int) -> None:
        if self.path.is_dir():
            for _ in range(count):
                self.number += 1
                append_line(self.path / KINDS[kind], {"name": "x" * 7, "images": self.number})

    @rule(
        kind=st.sampled_from(["stats", "scores"]), text=st.sampled_from(['{"a', '{"b": 1}', "é"])
    )
    def is_torn(self, kind: str, text: str) -> None:
        if self.path.is_dir():
            with (self.path / KINDS[kind]).open("a", encoding="utf-8") as file:
                file.write(text)

    @rule(
        kind=st.sampled_from(["stats", "scores"]), kept=st.integers(0, 30), more=st.integers(0, 9)
    )
    def goes_back(self, kind: str, kept: int, more: int) -> None:
        """As `resume` and a rollback do: a new file with the first lines, then others."""
        if self.path.is_dir():
            lines = self.lines(kind)[:kept]
            write_text(self.path / KINDS[kind], "".join(f"{line}\n" for line in lines))
            if more:
                self.appends(kind, more)

    @rule(
        kind=st.sampled_from(["stats", "scores"]), kept=st.integers(0, 30), more=st.integers(0, 9)
    )
    def is_cut_in_place(self, kind: str, kept: int, more: int) -> None:
        path = self.path / KINDS[kind]
        if path.exists():
            lines = self.lines(kind)[:kept]
            with path.open("r+b") as file:
                file.truncate(len("".join(f"{line}\n" for line in lines).encode()))
            if more:
                self.appends(kind, more)

    @rule()
    def warns(self) -> None:
        if self.path.is_dir():
            self.number += 1
            write_text(
                self.path / "alarms.txt",
                "".join(f"{line}\n" for line in [*self.lines("alarms"), f"alarm {self.number}"]),
            )

    @rule(images=st.integers(0, 5))
    def draws(self, images: int) -> None:
        if self.path.is_dir():
            self.number += 1
            write_text(self.path / "samples" / f"{images:010d}.png", "x" * self.number)

    @rule(images=st.integers(0, 5))
    def loses_a_sample(self, images: int) -> None:
        (self.path / "samples" / f"{images:010d}.png").unlink(missing_ok=True)

    @rule()
    def is_deleted(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    @rule()
    def begins_anew(self) -> None:
        self.path.mkdir(exist_ok=True)

    @rule(text=st.text(max_size=9))
    def says(self, text: str) -> None:
        with self.log.open("ab") as file:
            file.write(text.encode())

    @rule(pieces=st.integers(0, 3))
    def listens(self, pieces: int) -> None:
        """Take some pieces of what there is, then lose the connection."""
        for _ in range(pieces):
            news = self.topic.since(self.client.cursor)
            self.client.cursor = json.loads(json.dumps(news.cursor))
            if news.data is not None:
                self.client.take(json.loads(json.dumps(news.data)))

    @rule(restarted=st.booleans())
    def comes_back(self, restarted: bool) -> None:
        if restarted:
            self.topic = self.new_topic()
        if self.client.cursor is not None:
            self.client.cursor = self.topic.resumed(self.client.cursor)

    @invariant()
    def knows_what_there_is(self) -> None:
        """After all has been told, on a copy of the client, which may be behind."""
        client = Client(**json.loads(json.dumps(self.client.__dict__)))
        for _ in range(1000):
            news = self.topic.since(client.cursor)
            client.cursor = news.cursor
            if news.data is not None:
                client.take(news.data)
            elif not news.more:
                break
        else:
            pytest.fail("There is always something new.")
        assert client.stats == parsed(self.lines("stats"))
        assert client.scores == parsed(self.lines("scores"))
        assert client.alarms == self.lines("alarms")
        assert client.samples.keys() == {
            f"samples/{path.name}" for path in (self.path / "samples").glob("*.png")
        }
        if self.log.exists():
            assert client.log.encode() == self.log.read_bytes()

    def teardown(self) -> None:
        self.small.stop()
        self.folder.cleanup()


def parsed(lines: list[str]) -> list[Any]:
    found = []
    for line in lines:
        with suppress(ValueError):
            value = json.loads(line)
            found += [value] if isinstance(value, dict) else []
    return found


TestRun = Run.TestCase
TestRun.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)


def follow(topic: Topic, *, until: Any, cut: int = 10**9) -> list[dict[str, Any]]:
    """Take events by the stream itself, reconnecting after every ``cut`` events."""

    async def all_events() -> list[dict[str, Any]]:
        hub, closing = Hub(lambda name: topic), asyncio.Event()
        found: list[dict[str, Any]] = []
        last = None
        while not (found and until(found)):
            texts = stream(hub, ["it"], cursors_of(last), closing)
            taken = 0
            async for text in texts:
                if text.startswith(":"):
                    continue
                lines = dict(line.split(": ", 1) for line in text.strip().split("\n"))
                last = lines["id"]
                found.append(json.loads(lines["data"]))
                taken += 1
                if taken == cut or until(found):
                    break
            await texts.aclose()
        assert not hub.watched
        return found

    return asyncio.run(asyncio.wait_for(all_events(), 20))


def run_topic(path: Path, log: Path | None = None) -> RunTopic:
    return RunTopic(
        path.name, folder=lambda: path, summary=lambda: {"name": path.name}, log=lambda: log
    )


@pytest.mark.parametrize("cut", [1, 7, 1000])
def test_over_lost_connections_no_line_is_missed(tmp_path: Path, cut: int) -> None:
    lines = [{"images": number} for number in range(5_000)]
    (tmp_path / "stats.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    told = follow(
        run_topic(tmp_path),
        until=lambda events: sum(len(event.get("stats", [])) for event in events) >= len(lines),
        cut=cut,
    )
    assert [line for event in told for line in event.get("stats", [])] == lines
    assert [event.get("reset") for event in told] == [True] + [None] * (len(told) - 1)
    assert max(len(event.get("stats", [])) for event in told) == 500


def test_a_long_history_does_not_keep_others_waiting(tmp_path: Path) -> None:
    """While 100,000 lines go out, the loop is free."""
    line = json.dumps({"images": 1, "generator": {"cost": 0.123456789, "score": 0.5}})
    (tmp_path / "stats.jsonl").write_text(f"{line}\n" * 100_000)
    log = tmp_path / "log.txt"
    log.write_text("a line of a log\n" * 100_000)
    turns: list[None] = []

    async def told() -> int:
        hub, closing, count = Hub(lambda name: run_topic(tmp_path, log)), asyncio.Event(), 0
        watching = asyncio.create_task(watch())
        async for text in stream(hub, ["it"], {}, closing):
            if not text.startswith(":"):
                data = json.loads(text.split("\ndata: ")[1])
                count += len(data.get("stats", []))
                assert len(text) < 2**20
            if count == 100_000:
                break
        watching.cancel()
        return count

    async def watch() -> None:
        while True:
            await asyncio.sleep(0.001)
            turns.append(None)

    assert asyncio.run(told()) == 100_000
    # Every piece was sent in a turn of its own.
    assert len(turns) > 100


def test_many_who_are_equally_far_cost_one_look(tmp_path: Path) -> None:
    (tmp_path / "stats.jsonl").write_text('{"images": 1}\n')
    topic = run_topic(tmp_path)

    async def all_told() -> list[str]:
        hub, closing = Hub(lambda name: topic), asyncio.Event()
        clients = [stream(hub, ["run/a"], {}, closing) for _ in range(20)]
        with patch.object(topic, "since", wraps=topic.since) as since:
            for client in clients:
                assert (await anext(client)).startswith(":")
            texts = [await anext(client) for client in clients]
            assert since.call_count <= 2
        for client in clients:
            await client.aclose()
        return texts

    assert len(set(asyncio.run(all_told()))) == 1


def test_a_stream_ends_when_the_server_does(tmp_path: Path) -> None:
    async def ended() -> None:
        closing = asyncio.Event()
        texts = stream(Hub(lambda name: run_topic(tmp_path)), ["it"], {}, closing)
        await anext(texts)
        asyncio.get_running_loop().call_later(0.05, closing.set)
        async for _ in texts:
            pass

    asyncio.run(asyncio.wait_for(ended(), 5))


def test_what_is_small_is_told_as_a_whole_when_it_changes() -> None:
    value = {"paused": False}
    topic = WholeTopic("queue", lambda: value)
    first = topic.since(None)
    assert first.data == value
    assert topic.since(topic.resumed(first.cursor)).data is None
    value = {"paused": True}
    assert topic.since(first.cursor).data == value


@pytest.mark.parametrize(
    "cursor",
    [1, [], {}, "x", [1, 2, 3], {"stats": []}, {"stats": [-1, 0, 0, 0]}, [None], [1, [2]]],
)
def test_a_cursor_that_is_not_ours_begins_anew(tmp_path: Path, cursor: Any) -> None:
    for topic in (run_topic(tmp_path), WholeTopic("queue", dict)):
        assert topic.resumed(cursor) is None


def test_a_letter_is_told_whole(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    whole = "né €uro 𝄞".encode()
    for length in range(1, len(whole)):
        log.write_bytes(whole[:length])
        before = read_text_on(log, None)
        assert before is not None
        log.write_bytes(whole)
        after = read_text_on(log, before.place)
        assert after is not None
        assert before.text + after.text == whole.decode()


def test_of_a_long_log_the_end_is_told_from_a_whole_line_on(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("".join(f"line {number}\n" for number in range(100_000)))
    text = read_text_on(log, None)
    assert text is not None
    assert text.text.startswith("line ")
    assert text.text.endswith("line 99999\n")
    assert text.start + len(text.text) == text.place.offset == log.stat().st_size


@pytest.mark.parametrize("what", ["folder", "pipe", "link", "missing"])
def test_what_is_no_file_is_not_followed(tmp_path: Path, what: str) -> None:
    (tmp_path / "secret").write_text('{"secret": 1}\n')
    path = tmp_path / "stats.jsonl"
    match what:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "link":
            path.symlink_to(tmp_path / "secret")
    told = run_topic(tmp_path).since(None).data
    assert told == {"name": tmp_path.name, "reset": True, "all_samples": True, "samples": [],
                    "summary": {"name": tmp_path.name}}  # fmt: skip


def test_a_line_without_end_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "stats.jsonl"
    with path.open("wb") as file:
        file.truncate(2**24)
    first = read_lines_on(path, Place())
    assert [len(line) for line in first.lines] == [2**23]


@pytest.mark.parametrize("is_new_file", [True, False])
def test_a_file_that_went_back_and_grew_again_is_told_anew(
    tmp_path: Path, is_new_file: bool
) -> None:
    """It is longer than before, and begins otherwise: only what was read shows that."""
    path = tmp_path / "stats.jsonl"
    path.write_text('{"images": 1}\n{"images": 2}\n')
    before = read_lines_on(path, Place())
    grown = '{"images": 1}\n{"images": 3}\n{"images": 4}\n'
    if is_new_file:
        write_text(path, grown)
    else:
        path.write_text(grown)
    after = read_lines_on(path, before.place)
    assert after.is_cut
    assert len(after.lines) == 3


def test_a_file_that_was_written_anew_with_the_same_beginning_is_told_on(tmp_path: Path) -> None:
    path = tmp_path / "alarms.txt"
    path.write_text("one\n")
    before = read_lines_on(path, Place())
    write_text(path, "one\ntwo\n")
    after = read_lines_on(path, before.place)
    assert (after.is_cut, after.lines) == (False, (b"two",))


def test_a_cursor_is_compared_with_all_of_the_file(tmp_path: Path) -> None:
    """Of a server that was away for long, the system's number of the file says nothing."""
    path = tmp_path / "stats.jsonl"
    topic = run_topic(tmp_path)
    path.write_text('{"images": 1}\n' + '{"images": 2}\n' * 100)
    cursor = topic.since(None).cursor
    assert topic.resumed(cursor) == cursor
    path.write_text('{"images": 9}\n' + '{"images": 2}\n' * 100)
    assert topic.resumed(cursor) is None
