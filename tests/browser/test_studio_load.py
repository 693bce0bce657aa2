"""Many tabs, and connections that are cut: every tab is told every line."""

from collections.abc import Iterator
from typing import Any

import pytest

from helpers.cutting import cutting
from helpers.studio_pages import PATIENCE, Reader, Served, served, written
from helpers.studio_runs import add_lines, make_shown
from helpers.waiting import until


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    runs = tmp_path_factory.mktemp("load") / "runs"
    make_shown(runs / "cut")
    make_shown(runs / "many")
    with served(runs) as studio:
        yield studio


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    yield context
    context.close()


def follower(context: Any, studio: Served, port: int, run: str) -> Reader:
    """Somebody who follows a run on another page, so that only lines are told."""
    origin = f"http://127.0.0.1:{port}"
    reader = Reader(context.new_page(), origin)
    reader.page.goto(studio.address.replace(f"{studio.origin}/", f"{origin}/queue"))
    reader.see("heading", "Queue")
    reader.follow(run)
    return reader


def test_no_line_is_missed_over_connections_that_are_cut(context: Any, studio: Served) -> None:
    run = studio.runs / "cut"
    # An event has up to 500 lines, so some connections must live that long.
    with cutting(studio.port, least=20_000, most=150_000) as proxy:
        reader = follower(context, studio, proxy.port, "cut")
        for first in range(300_000, 302_000, 200):
            add_lines(run, first, 200)
            reader.page.wait_for_timeout(200)
        until(lambda: reader.told == written(run), PATIENCE)
        assert proxy.cuts > 1


def test_twenty_tabs_follow_a_run_by_one_stream(context: Any, studio: Served) -> None:
    run = studio.runs / "many"
    with cutting(studio.port, least=2**40, most=2**40) as proxy:
        readers = [follower(context, studio, proxy.port, "many") for _ in range(20)]
        add_lines(run, 300_000, 100)
        lines = written(run)
        until(lambda: all(reader.told == lines for reader in readers), PATIENCE)
        assert proxy.open == 1
        assert not any(reader.wrong for reader in readers)
