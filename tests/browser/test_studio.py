"""The studio as its readers use it: a real server, real trainings, and Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.studio_pages import Reader, Served, end_trainings, served

DRAWN = """async () => {
    const { Chart } = await import("/static/charts/chart.js");
    const draw = Chart.prototype.draw;
    window.drawn = 0;
    Chart.prototype.draw = function () {
        draw.call(this);
        if (this.plot) window.drawn = Math.max(window.drawn, this.plot.data[0].length);
    };
}"""
"""Has a page count the points of its curves as they are drawn."""


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Served]:
    runs = tmp_path / "runs"
    with served(runs) as studio:
        yield studio
    end_trainings(runs)


@pytest.fixture
def reader(browser: Any, studio: Served) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Reader(context.new_page(), studio.origin)
    context.close()


def test_the_whole_story_on_digits(reader: Reader, studio: Served) -> None:
    _start(reader, studio)
    _watch(reader)
    _stop_and_resume(reader)
    _evaluate(reader)
    _export(reader, studio)
    _queue_two(reader)
    _compare(reader)
    _keep(reader, studio)
    # What the page was asking for when its run was deleted is not found.
    late = f"Not Found) {reader.origin}/api/v1/runs/third"
    assert not [each for each in reader.wrong if not each.endswith(late)]


def _start(reader: Reader, studio: Served) -> None:
    """From the opened page to a training, in at most six clicks."""
    reader.page.goto(studio.address)
    reader.read("No runs yet")
    assert "token" not in reader.page.url
    reader.press("link", "New run")
    reader.press("button", re.compile("^Nothing yet"))
    reader.press("link", re.compile("^dcgan-digits"))
    _fill(reader, images=20_000)
    reader.press("button", "Start")
    reader.see("heading", "dcgan-digits")
    assert reader.clicks <= 6


def _fill(reader: Reader, images: int) -> None:
    """Have a training that takes seconds."""
    reader.see("textbox", "images").fill(f"{images}")
    for player in ("generator", "discriminator"):
        reader.see("textbox", f"{player}: base channels").fill("4")
    command = f"zerosum train dcgan-digits --images {images}"
    reader.read(re.compile(f"{command}.*base-channels 4.*base-channels 4"))


def _watch(reader: Reader) -> None:
    """Curves move, also after the page was loaded again."""
    reader.see("button", "Stop")
    _count_points(reader)
    reader.page.reload()
    before = _count_points(reader)
    reader.until(f"window.drawn > {before}")
    reader.see("img", "Samples after 0 images")


def _count_points(reader: Reader) -> int:
    reader.page.evaluate(DRAWN)
    reader.until("window.drawn > 1")
    drawn: int = reader.page.evaluate("window.drawn")
    return drawn


def _stop_and_resume(reader: Reader) -> None:
    reader.press("button", "Stop")
    reader.read(re.compile("dcgan-digits has stopped. It is saved at [1-9][0-9,]+ images"))
    reader.press("button", "Resume")
    reader.see("button", "Stop")
    reader.read("finished")
    reader.read("20,000 of 20,000 images")


def _evaluate(reader: Reader) -> None:
    reader.press("button", "Evaluate")
    dialog = reader.see("dialog", "Evaluate")
    dialog.get_by_label("Scores").fill("kid")
    dialog.get_by_label("Pictures to generate").fill("50")
    dialog.get_by_role("button", name="Evaluate").click()
    reader.see("heading", re.compile("KD-digits"))


def _export(reader: Reader, studio: Served) -> None:
    reader.press("button", "Export")
    dialog = reader.see("dialog", "Export")
    dialog.get_by_role("button", name="safetensors").click()
    dialog.get_by_role("button", name="Export").click()
    reader.press("tab", "Files")
    with reader.page.expect_download() as download:
        reader.press("link", re.compile(r"\.safetensors$"))
    written = next((studio.runs / "dcgan-digits").rglob(download.value.suggested_filename))
    assert download.value.path().read_bytes() == written.read_bytes()


def _queue_two(reader: Reader) -> None:
    """Of two that wait the later is put first; the other starts by itself after it."""
    reader.press("link", re.compile("^Queue"))
    reader.press("button", "Pause")
    reader.read("The queue is paused")
    _add(reader, "second", copied=False)
    _add(reader, "first", copied=True)
    reader.press("link", re.compile("^Queue"))
    reader.see("button", "Earlier: first")
    assert _waiting(reader) == ["second", "first"]
    reader.press("button", "Earlier: first")
    reader.read("Waits: the queue is paused.")
    reader.page.reload()
    reader.see("button", "Earlier: second")
    assert _waiting(reader) == ["first", "second"]
    reader.press("button", "Continue")
    reader.see("button", "Stop first")
    reader.read("Waits for first, which")
    reader.see("button", "Stop second")
    reader.see("button", "Log of Train second")


def _add(reader: Reader, name: str, *, copied: bool) -> None:
    """Have a run wait: as the recipe with some changes, or as a run is, with one more."""
    if copied:
        reader.go("/run/dcgan-digits")
        reader.press("link", "Copy with changes")
        reader.see("heading", "Copy of dcgan-digits")
        reader.see("textbox", "images").fill("2000")
        reader.read(re.compile("zerosum train dcgan-digits --images 2000 .*base-channels 4"))
    else:
        reader.go("/new/dcgan-digits")
        _fill(reader, images=2000)
    reader.see("textbox", "Name of the run").fill(name)
    reader.read("The queue is held")
    reader.press("button", "Add to queue")
    reader.see("heading", name)


def _waiting(reader: Reader) -> list[str]:
    """The runs that wait, in their order."""
    part = reader.page.get_by_role("list").filter(has=reader.page.get_by_text("Start now"))
    names: list[str] = part.get_by_role("link").all_inner_texts()
    return names


def _compare(reader: Reader) -> None:
    reader.press("link", "Runs")
    for name in ("dcgan-digits", "first"):
        reader.page.get_by_role("checkbox", name=f"Choose {name}", exact=True).check()
    reader.press("button", "Compare")
    reader.see("heading", "Compare 2 runs")
    reader.see("heading", "Cost of discriminator")
    reader.see("button", "Leave out first")


def _keep(reader: Reader, studio: Served) -> None:
    """A run is renamed, put away, taken back and deleted, and never by one click."""
    reader.go("/run/first")
    reader.choose("More actions", "Rename")
    reader.see("textbox", "Name").fill("third")
    reader.see("dialog", "Rename the run").get_by_role("button", name="Rename").click()
    reader.see("heading", "third")
    reader.choose("More actions", "Archive")
    reader.read("third is archived.")
    assert (studio.runs / ".archive" / "third" / "config.json").exists()
    reader.press("link", "Archived")
    reader.press("button", "Actions for third")
    reader.press("menuitem", "Restore")
    reader.read("third is back among the runs.")
    reader.go("/run/third")
    reader.choose("More actions", "Delete")
    dialog = reader.see("dialog", "Delete the run?")
    forever = dialog.get_by_role("button", name="Delete for ever")
    assert forever.is_disabled()
    dialog.get_by_role("textbox").fill("third")
    forever.click()
    reader.read("third is deleted.")
    assert not (studio.runs / "third").exists()
