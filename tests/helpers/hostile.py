"""Requests as nobody's browser sends them, straight to an application."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI

from helpers.studios import TOKEN, NearWorker
from zerosum.studio.studio import Studio
from zerosum.studio.worker import RefusedError

HOST = ("Host", "127.0.0.1:8420")
BEARER = ("Authorization", f"Bearer {TOKEN}")
JSON = ("Content-Type", "application/json")
CANARY = "canary-7f3a"
"""Stands in files that nobody may read."""
SEALS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@dataclass(frozen=True)
class Answer:
    """What came back; headers by their names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


def call(
    app: FastAPI,
    method: str,
    target: str,
    *headers: tuple[str, str],
    body: bytes | Iterable[bytes] = b"",
) -> Answer:
    """Send a request as uvicorn would pass it on; an error of ours is raised here.

    Args:
        app: Who is asked.
        method: In any letters.
        target: Path and query as on the wire.
        headers: All that are sent.
        body: Whole, or in pieces.
    """
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "root_path": "",
        "path": unquote(path),
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8420),
    }
    pieces = [body] if isinstance(body, bytes) else list(body)
    waiting = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, start=1)
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        if waiting:
            return waiting.pop(0)
        # Only a stream of events has no end of its own.
        await asyncio.sleep(0.02 if "/events" in path else 60)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(asyncio.wait_for(app(scope, receive, send), 240))
    start, *rest = sent
    fields = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], fields, b"".join(each.get("body", b"") for each in rest))


def check(answer: Answer) -> None:
    """Whatever was asked: no fault of ours, nothing of ours told, all headers there."""
    assert answer.status < 500 or answer.status == 503, answer.body
    for name, value in SEALS.items():
        assert answer.headers.get(name) == value, answer.headers
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "access-control-allow-origin" not in answer.headers
    assert "server" not in answer.headers
    text = answer.body.decode("utf-8", "replace")
    assert "Traceback" not in text
    assert CANARY not in text
    assert TOKEN not in text
    if answer.status >= 400 and answer.headers.get("content-type") == "application/json":
        error = json.loads(answer.body)["error"]
        assert error.keys() == {"message", "field"}
        assert error["message"]
        assert len(answer.body) < 20_000


def snapshot(folder: Path, *, without: Iterable[str] = ()) -> dict[str, str]:
    """A checksum of everything in a folder, by path."""
    left_out = tuple(str(folder / each) for each in without)
    return {
        str(path): sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
        if not str(path).startswith(left_out or "\0") and not path.is_fifo()
    }


class DeafWorker(NearWorker):
    """Computes nothing, whatever it is asked."""

    async def ask(self, task: str, arguments: Any, **options: Any) -> Any:
        raise RefusedError("Nothing is computed here.")


@dataclass(frozen=True)
class Target:
    """A studio, and a folder around it that nobody may touch."""

    app: FastAPI
    folder: Path
    studio: Studio

    def ask(self, method: str, path: str, *headers: tuple[str, str], body: Any = b"") -> Answer:
        """As somebody who has the token; the answer is looked through."""
        answer = call(self.app, method, path, HOST, BEARER, *headers, body=body)
        check(answer)
        return answer

    def post(self, path: str, value: Any, method: str = "POST") -> Answer:
        return self.ask(method, path, JSON, body=json.dumps(value).encode())


def operations(target: Target) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """All that can be asked for, by its description: method, path, and the operation's own."""
    described = json.loads(target.ask("GET", "/api/v1/openapi.json").body)
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, {**operation, "defined": described["components"]}
