"""Threads share a budget: they never exceed it by more than one picture, and never hang."""

import random
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from zerosum.data import StoreSettings, build_store, filling, open_source
from zerosum.data.sources import UnreadableError, budget, decoding
from zerosum.data.sources.budget import FILE_LIMIT, Budget

LIMIT = 100
SECONDS = 10


class Watched(Budget):
    """A budget that remembers the most that was ever reserved."""

    highest = 0

    def reserve(self, size: int) -> None:
        super().reserve(size)
        self.highest = max(self.highest, self.reserved)


def run(acts: list[Callable[[], None]], threads: int) -> None:
    """Run all, or fail if they hang."""
    waiting, done = deque(acts), deque[bool]()

    def work() -> None:
        while waiting:
            with suppress(IndexError):  # another thread was faster
                waiting.popleft()()
                done.append(True)

    crew = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join(SECONDS)
    assert len(done) == len(acts)


# Each picture reserves a few times: the bytes of its file, then its pixels, then a copy.
IMAGES = st.lists(st.lists(st.integers(0, 3 * LIMIT), min_size=1, max_size=4), max_size=20)


@settings(max_examples=60, deadline=None)
@given(pictures=IMAGES, threads=st.integers(1, 8))
def test_at_most_the_limit_and_one_picture_are_reserved_and_nobody_hangs(
    pictures: list[list[int]], threads: int
) -> None:
    shared = Watched(LIMIT)

    def read(sizes: list[int]) -> None:
        with shared.scope():
            for size in sizes:
                shared.reserve(size)

    run([lambda sizes=sizes: read(sizes) for sizes in pictures], threads)  # type: ignore[misc]
    assert shared.reserved == 0
    assert shared.highest <= LIMIT + max((sum(sizes) for sizes in pictures), default=0)


def test_many_threads_that_hold_some_and_want_more_all_get_through() -> None:
    shared = Watched(LIMIT)
    inside = threading.Barrier(8)

    def read(seed: int) -> None:
        chance = random.Random(seed)
        with shared.scope():
            shared.reserve(LIMIT // 8)
            if seed < 8:
                inside.wait(SECONDS)  # all eight hold some now, and none is left
            for _ in range(3):
                shared.reserve(chance.randrange(LIMIT))

    run([lambda seed=seed: read(seed) for seed in range(400)], 8)  # type: ignore[misc]
    assert shared.reserved == 0


def test_a_second_thread_waits_until_the_first_gives_back() -> None:
    shared = Budget(LIMIT)
    entered, events = threading.Event(), []

    def first() -> None:
        with shared.scope():
            shared.reserve(5 * LIMIT)  # overdrawn at once: larger than all there is
            entered.set()
            assert not second_done.wait(0.2)
            events.append("first")

    def second() -> None:
        assert entered.wait(SECONDS)
        with shared.scope():
            shared.reserve(1)
            events.append("second")
        second_done.set()

    second_done = threading.Event()
    run([first, second], 2)
    assert events == ["first", "second"]


def test_what_was_reserved_is_given_back_after_an_error() -> None:
    shared = Budget(LIMIT)

    def fail() -> None:
        with shared.scope():
            shared.reserve(3 * LIMIT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert shared.reserved == 0
    with shared.scope(), shared.scope():
        shared.reserve(LIMIT)
        assert shared.reserved == LIMIT
    assert shared.reserved == 0


def test_freed_memory_is_returned_to_the_system_every_so_often() -> None:
    freed: list[int] = []
    shared = Budget(LIMIT, release=lambda: freed.append(shared.reserved))
    for _ in range(8):
        with shared.scope():
            shared.reserve(LIMIT // 4)
    assert freed == [0, 0]


def test_outside_of_a_scope_nothing_is_reserved() -> None:
    shared = Budget(LIMIT)
    shared.reserve(10 * LIMIT)
    assert shared.reserved == 0


def plain_png(side: int) -> bytes:
    content = BytesIO()
    Image.new("RGB", (side, side)).save(content, "png")
    return content.getvalue()


def test_a_store_is_built_within_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Watched(1 << 20)
    for module in (budget, decoding, filling):
        monkeypatch.setattr(module, "BUDGET", shared)
    monkeypatch.setattr(filling, "BLOCK", 1)
    with ZipFile(tmp_path / "x.zip", "w", ZIP_DEFLATED) as archive:
        for index in range(40):
            archive.writestr(f"{index}.png", plain_png(300))
        archive.writestr("broken.png", plain_png(300)[:200])
    source = open_source(str(tmp_path / "x.zip"))
    settings = StoreSettings(size=(8, 8), channels=3)
    store = build_store(source, settings, cache=tmp_path / "cache", workers=8)
    one = 8 * 300 * 300 + len(plain_png(300))
    assert len(store) == 40
    assert one <= shared.highest <= (1 << 20) + one
    assert shared.reserved == 0


def test_a_file_that_is_too_large_for_a_picture_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "fine.png").write_bytes(plain_png(4))
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(FILE_LIMIT + 1)  # a hole: it takes no room
    source = open_source(str(tmp_path))
    assert source.read(0).size == (4, 4)
    with pytest.raises(UnreadableError, match=r"huge\.png: refused as a bomb"):
        source.read(1)
