"""What goes wrong in the studio is said on its pages, and nothing is lost by it."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from helpers.studio_pages import PATIENCE, Reader, Served, end_trainings, served, written
from helpers.studio_runs import add_lines, make_shown
from helpers.waiting import until

TINY = {
    "recipe": "dcgan-digits",
    "name": "tiny",
    "fields": {
        "images": 12_000,
        "log_every": 250,
        "evaluate_every": 0,
        "game.generator.base_channels": 4,
        "game.discriminator.base_channels": 4,
    },
}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """That of all tests that neither kill it nor train in it."""
    with served(tmp_path_factory.mktemp("studio") / "runs") as studio:
        yield studio


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "runs"
    end_trainings(tmp_path / "runs")


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()


def reader_of(context: Any, studio: Served) -> Reader:
    """Somebody who has opened the address."""
    reader = Reader(context.new_page(), studio.origin)
    reader.page.goto(studio.address)
    reader.see("heading", "Runs")
    return reader


def test_what_is_wrong_with_pictures_and_runs_is_said(context: Any, studio: Served) -> None:
    runs = studio.runs
    make_shown(runs / "good")
    make_shown(runs / "broken")
    (runs / "broken" / "config.json").write_text("{")
    reader = reader_of(context, studio)
    reader.read("damaged")
    reader.go("/run/broken")
    reader.read("This run is damaged.")
    reader.read("config.json")
    reader.go("/run/nobody")
    reader.read("there is no run nobody")
    reader.page.get_by_text("No pictures").wait_for(state="hidden")
    reader.go("/new/dcgan-faces")
    reader.press("tab", "Path")
    reader.see("textbox", re.compile("^A folder")).fill("/no/such")
    reader.press("button", "Use")
    reader.read("/no/such is in none of the folders from which pictures may be taken")
    reader.page.get_by_role("button", name="Start", disabled=True).wait_for()
    reader.go("/run/good")
    reader.see("img", re.compile("Samples after"))
    for name in ("good", "broken"):
        shutil.rmtree(runs / name)
    reader.read("This run is not here any more")


def test_two_tabs_follow_one_run_and_each_other(context: Any, studio: Served) -> None:
    folder = make_shown(studio.runs / "followed")
    one, other = reader_of(context, studio), reader_of(context, studio)
    for reader in (one, other):
        reader.go("/run/followed")
        reader.follow("followed")
    add_lines(folder, 200_001, 50)
    until(lambda: one.told == other.told == written(folder))
    other.go("/queue")
    one.go("/queue")
    one.press("button", "Pause")
    other.read("The queue is paused")
    other.go("/")
    one.go("/run/followed")
    one.choose("More actions", "Archive")
    other.read("No runs yet")
    assert not one.wrong
    assert not other.wrong


def test_of_two_studios_over_a_folder_the_other_takes_over(context: Any, runs: Path) -> None:
    make_shown(runs / "good")
    with served(runs) as first, served(runs) as second:
        assert first.call("GET", "/studio")["schedules"]
        reader = reader_of(context, second)
        reader.go("/queue")
        note = reader.read("Another studio over this folder")
        first.kill()
        note.wait_for(state="hidden")
        assert second.call("GET", "/studio")["schedules"]


def test_a_training_and_its_page_outlive_the_server(context: Any, runs: Path) -> None:
    with ExitStack() as stack:
        studio = stack.enter_context(served(runs))
        studio.call("POST", "/queue", TINY)
        reader = reader_of(context, studio)
        reader.go("/run/tiny")
        reader.follow("tiny")
        until(lambda: len(reader.told) > 2, PATIENCE)
        studio.kill()
        reader.read("The studio has not answered since")
        before = len(written(runs / "tiny"))
        until(lambda: len(written(runs / "tiny")) > before, PATIENCE)
        stack.enter_context(served(runs, port=studio.port))
        reader.read("12,000 of 12,000 images")
        reader.see("button", "Longer")
        until(lambda: reader.told == written(runs / "tiny"))
        assert not reader.page.get_by_role("alert").count()


def test_a_full_disk_is_said_and_what_was_saved_stays(context: Any, runs: Path) -> None:
    with served(runs, most_bytes=300_000) as studio:
        studio.call("POST", "/queue", TINY)
        reader = reader_of(context, studio)
        reader.go("/run/tiny")
        reader.read("failed")
        reader.read("File too large")


def test_a_lesson_is_computed_though_the_worker_is_killed(context: Any, studio: Served) -> None:
    reader = reader_of(context, studio)
    reader.go("/learn/losses")
    before = reader.read("At a logit of -5").inner_text()
    for child in psutil.Process(studio.process.pid).children():
        child.kill()
    slider = reader.see("slider", "logit, slider")
    slider.focus()
    reader.page.keyboard.press("End")
    reader.read("At a logit of 10")
    assert reader.page.get_by_text(before).count() == 0
    assert not reader.wrong
