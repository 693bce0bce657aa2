"""Following many topics for many clients: one look for all, and a stream of events for each."""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from zerosum.errors import ZerosumError
from zerosum.studio.answers import sound_json
from zerosum.studio.topics import Cursor, News, Topic

__all__ = ["Hub", "Watched", "cursors_of", "stream"]

_KEPT = 16
"""Answers; clients that are sent a long history come along one after the other."""
_STILL_HERE = 15.0
"""Seconds after which a stream without events says that it is alive."""


@dataclass(frozen=True)
class _Told:
    """News as they are sent; None where nothing is new."""

    data: str | None
    cursor: Cursor
    more: bool


@dataclass
class Watched:
    """A topic that somebody follows, and what was answered since it last changed.

    Attributes:
        name: That of the topic.
        topic: The topic.
        listeners: Set when it has changed.
        answers: The last ones, by the JSON of a cursor.
        lock: Held by the thread that asks the topic.
        task: Looks at it.
    """

    name: str
    topic: Topic
    listeners: list[asyncio.Event] = field(default_factory=list)
    answers: dict[str, _Told] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
    task: asyncio.Task[None] | None = None

    def since(self, cursor: Cursor) -> _Told:
        """What is new; made once for all who are equally far."""
        key = json.dumps(cursor)
        with self.lock:
            if key not in self.answers:
                while len(self.answers) >= _KEPT:
                    del self.answers[next(iter(self.answers))]
                self.answers[key] = self._told(cursor)
            return self.answers[key]

    def _told(self, cursor: Cursor) -> _Told:
        try:
            news = self.topic.since(cursor)
        except ZerosumError as error:
            news = News({"error": {"message": str(error), "field": None}}, cursor)
        if news.data is None:
            return _Told(None, news.cursor, news.more)
        text = sound_json({"topic": self.name, **news.data})
        return _Told(text, news.cursor, news.more)

    def _look(self) -> Hashable:
        try:
            return self.topic.look()
        except ZerosumError as error:
            return str(error)

    async def watch(self) -> None:
        """Look again and again, and wake who listens when something has changed."""
        before: Hashable = object()
        while True:
            now = await asyncio.to_thread(self._look)
            if now != before:
                before = now
                with self.lock:
                    self.answers = {}
                for listener in self.listeners:
                    listener.set()
            await asyncio.sleep(self.topic.seconds)


class Hub:
    """All topics that are followed just now.

    Args:
        topic_of: Makes the topic of a name; raises a `ZerosumError` where there can be none.

    Attributes:
        watched: The topics by name.
    """

    def __init__(self, topic_of: Callable[[str], Topic]) -> None:
        self._topic_of = topic_of
        self.watched: dict[str, Watched] = {}

    @asynccontextmanager
    async def following(
        self, names: Sequence[str], listener: asyncio.Event
    ) -> AsyncIterator[dict[str, Watched]]:
        """The topics, watched within, with somebody to wake when one has changed."""
        topics = {name: self._topic_of(name) for name in names if name not in self.watched}
        for name, topic in topics.items():
            self.watched[name] = Watched(name, topic)
        followed = {name: self.watched[name] for name in names}
        for each in followed.values():
            each.listeners.append(listener)
            each.task = each.task or asyncio.create_task(each.watch())
        try:
            yield followed
        finally:
            for name, each in followed.items():
                each.listeners.remove(listener)
                if not each.listeners:
                    del self.watched[name]
                    assert each.task is not None
                    each.task.cancel()


async def stream(
    hub: Hub, names: Sequence[str], cursors: dict[str, Cursor], closing: asyncio.Event
) -> AsyncGenerator[str, None]:
    """The events of some topics, as text of server-sent events.

    Args:
        hub: Follows them.
        names: Of the topics.
        cursors: How far the client has come in each, as `cursors_of` gives it.
        closing: Set when the server ends.
    """
    changed = asyncio.Event()
    async with hub.following(names, changed) as followed:
        known = {
            name: await asyncio.to_thread(each.topic.resumed, cursors[name])
            for name, each in followed.items()
            if cursors.get(name) is not None
        }
        yield ": welcome\n\n"
        while not closing.is_set():
            changed.clear()
            more = False
            for name, each in followed.items():
                told = await asyncio.to_thread(each.since, known.get(name))
                known[name] = told.cursor
                more |= told.more
                if told.data is not None:
                    yield (
                        f"id: {_packed(known)}\nevent: {each.topic.kind}\ndata: {told.data}\n\n"
                    )
            if not more and not await _is_set(changed, closing):
                yield ": still here\n\n"


async def _is_set(changed: asyncio.Event, closing: asyncio.Event) -> bool:
    """Wait for one of the two, not without end."""
    waiting = [asyncio.ensure_future(each.wait()) for each in (changed, closing)]
    try:
        done, _ = await asyncio.wait(
            waiting, timeout=_STILL_HERE, return_when=asyncio.FIRST_COMPLETED
        )
        return bool(done)
    finally:
        for each in waiting:
            each.cancel()


def _packed(cursors: dict[str, Cursor]) -> str:
    """How far a client has come in all topics, as one word."""
    return urlsafe_b64encode(sound_json(cursors).encode("ascii")).decode("ascii")


def cursors_of(packed: str | None) -> dict[str, Any]:
    """How far a client has come in each topic; nothing where it does not say so in our words.

    Example:
        >>> cursors_of(_packed({"queue": [12, None]}))
        {'queue': [12, None]}
        >>> cursors_of("nonsense")
        {}
    """
    try:
        cursors = json.loads(urlsafe_b64decode(packed or ""))
    except (ValueError, RecursionError):
        return {}
    return cursors if isinstance(cursors, dict) else {}
