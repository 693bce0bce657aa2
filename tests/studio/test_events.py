"""The route of the events: topics of a real folder of runs."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from helpers.studios import TOKEN, client_of, studio_over
from zerosum.studio import create_app


def make_run(runs: Path, name: str) -> Path:
    folder = runs / name
    folder.mkdir(parents=True)
    config = {"recipe": "dcgan-digits", "images": 100, "game": {"kind": "adversarial"}}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@asynccontextmanager
async def events(
    app: FastAPI, topics: str, last: str | None = None, anew: str = ""
) -> AsyncIterator[AsyncIterator[tuple[str, str, Any]]]:
    """Events of an application as they are sent; starlette's client would wait for their end."""
    sent: asyncio.Queue[bytes] = asyncio.Queue()
    left = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        await sent.put(message.get("body", b""))

    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {TOKEN}".encode())]
    if last is not None:
        headers.append((b"last-event-id", last.encode()))
    query = f"topics={topics}&anew={anew}".encode()
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/api/v1/events",
        "headers": headers,
    }
    scope |= {"query_string": query, "asgi": {"version": "3.0", "spec_version": "2.3"}}
    task = asyncio.create_task(app(scope, receive, send))

    async def taken() -> AsyncGenerator[tuple[str, str, Any], None]:
        while True:
            text = (await asyncio.wait_for(sent.get(), 10)).decode()
            if text and not text.startswith(":"):
                lines = dict(line.split(": ", 1) for line in text.strip().split("\n"))
                yield lines["event"], lines["id"], json.loads(lines["data"])

    async with aclosing(taken()) as texts:
        yield texts
    left.set()
    await task


def test_all_topics_are_told_and_told_on(tmp_path: Path) -> None:
    folder = make_run(tmp_path, "a, b")
    topics = "runs,queue,studio,run%2Fa%252C%20b,job%2Fnone"

    async def follow() -> None:
        app = create_app(studio_over(tmp_path))
        async with events(app, topics) as first:
            taken = [await anext(first) for _ in range(5)]
            told = {kind: data for kind, _, data in taken}
            last = taken[-1][1]
        assert [each["name"] for each in told["runs"]["changed"]] == ["a, b"]
        assert told["queue"]["jobs"] == []
        assert told["studio"]["version"]
        assert told["run"]["topic"] == "run/a, b"
        assert told["run"]["reset"]
        assert told["run"]["summary"]["recipe"] == "dcgan-digits"
        assert told["job"] == {"topic": "job/none", "id": "none", "gone": True}
        make_run(tmp_path, "second")
        (folder / "stats.jsonl").write_text('{"images": 10}\n')
        async with events(app, topics, last) as second:
            later = [await anext(second), await anext(second)]
        assert [kind for kind, _, _ in later] == ["runs", "run"]
        assert later[1][2]["stats"] == [{"images": 10}]
        assert "reset" not in later[1][2]
        async with events(app, topics, last, anew="run%2Fa%252C%20b") as third:
            data = [(await anext(third))[2] for _ in range(2)][1]
        assert data["reset"]

    asyncio.run(follow())


@pytest.mark.parametrize(
    "topics", ["", "nothing", "run/", "run/..", "run/.studio", "run/a%2Fb", "job/", "runs,x"]
)
def test_what_is_no_topic_is_refused(tmp_path: Path, topics: str) -> None:
    with client_of(studio_over(tmp_path)) as client:
        answer = client.get("/api/v1/events", params={"topics": topics})
    assert answer.status_code == 400
    assert "There is no topic" in answer.json()["error"]["message"]


def test_too_many_topics_are_refused(tmp_path: Path) -> None:
    with client_of(studio_over(tmp_path)) as client:
        topics = ",".join(f"run/{number}" for number in range(101))
        assert client.get("/api/v1/events", params={"topics": topics}).status_code == 400
