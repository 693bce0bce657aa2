"""Every page of the studio at three widths, light and dark: readable by all, and at rest."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from helpers.readable import unreadable
from helpers.studio_pages import Reader, Served, served
from helpers.studio_runs import make_shown
from shoot_studio import AT_REST, DIALOGS, USES, open_by_names, pages_over

SIZES = {360: 740, 768: 1024, 1440: 900}
SCHEMES = ("light", "dark")
SHIFTS = """new PerformanceObserver((list) => {
    window.shifted = (window.shifted ?? 0)
        + list.getEntries().reduce((sum, each) => sum + each.value, 0);
}).observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    runs = tmp_path_factory.mktemp("pages") / "runs"
    for name in ("a", "b"):
        make_shown(runs / name)
    (make_shown(runs / "c") / "config.json").write_text("{")
    failed = {"state": "failed", "message": "the discriminator's cost is NaN at image 200."}
    (make_shown(runs / "d", **failed) / "alarms.txt").write_text("The discriminator wins.\n")
    make_shown(runs / ".archive" / "e")
    with served(runs) as studio:
        yield studio


@pytest.fixture
def reader(browser: Any, studio: Served) -> Iterator[Reader]:
    context = browser.new_context()
    context.add_init_script(SHIFTS)
    reader = Reader(context.new_page(), studio.origin)
    reader.page.goto(studio.address)
    yield reader
    context.close()


ELSEWHERE = {"play", "play-table", "draw", "attack", "translate"}
ELSEWHERE |= {"classes", "classes-pictures", "classes-map"}
"""Pages at which their own tests look in the same way."""


def test_every_page_is_right_at_all_widths(reader: Reader, studio: Served) -> None:
    found = {}
    pages = {name: path for name, path in pages_over(studio.runs).items() if name not in ELSEWHERE}
    for number, (name, path) in enumerate(pages.items()):
        reader.page.emulate_media(color_scheme=SCHEMES[number % 2])
        reader.go(path)
        reader.page.get_by_role("heading").first.wait_for()
        if name == "lesson":
            reader.read("Computed in")  # What is not new is faint until then.
        if name in USES:
            reader.page.wait_for_selector(USES[name][1])
            reader.until(AT_REST)
        for place, (width, height) in enumerate(SIZES.items()):
            reader.page.set_viewport_size({"width": width, "height": height})
            reader.page.wait_for_timeout(150)
            # Its readers' faults at one width: the tests of each page look at the others.
            seen = _unreadable(reader) if place == number % 3 else []
            if faults := [*_too_wide(reader, width), *seen]:
                found[f"{name} at {width}"] = faults
    assert not found, json.dumps(found, indent=1)


def _too_wide(reader: Reader, width: int) -> list[str]:
    wide = reader.page.evaluate("document.documentElement.scrollWidth")
    return [f"{wide} pixels wide"] if wide > width else []


def _unreadable(reader: Reader) -> list[Any]:
    return [
        (rule, elements[:3])
        for rule, *elements in unreadable(reader.page)
        if not all("swagger" in each or "/api" in reader.page.url for each in elements)
    ]


def test_every_dialog_can_be_read_and_left(reader: Reader, studio: Served) -> None:
    for number, (name, (path, presses)) in enumerate(DIALOGS.items()):
        width, height = list(SIZES.items())[number % 3]
        reader.page.set_viewport_size({"width": width, "height": height})
        reader.page.emulate_media(color_scheme=SCHEMES[number % 2])
        if not reader.page.url.endswith(
            address := path.format(run="a")
        ):  # Else it is left as it was.
            reader.go(address)
        reader.see("heading", "a" if "run" in path else "Runs")
        open_by_names(reader.page, presses)
        opened = reader.page.get_by_role("menu" if name.startswith("menu") else "dialog")
        opened.wait_for()
        reader.page.wait_for_timeout(300)
        assert not [*_too_wide(reader, width), *_unreadable(reader)], name
        reader.page.keyboard.press("Escape")
        opened.wait_for(state="detached")
    assert not reader.wrong


FEW = ("use", "play", "draw", "attack", "classes", "translate")
STILL = {
    "/": "text=4 runs",
    "/run/a": "img[alt^='Samples after']",
    "/compare?runs=a,b": "#copies",
    **dict(USES[name] for name in FEW),
}
"""Pages, and what is there when they have loaded."""


def test_pages_do_not_move_while_they_load(reader: Reader) -> None:
    moved = {}
    for number, (path, last) in enumerate(STILL.items()):
        width, height = list(SIZES.items())[2 * (number % 2)]
        reader.page.set_viewport_size({"width": width, "height": height})
        reader.go(path)
        reader.page.wait_for_selector(last)
        reader.page.wait_for_timeout(300)
        if (shifted := reader.page.evaluate("window.shifted") or 0) >= 0.02:
            moved[path] = shifted
    assert not moved
    reader.page.evaluate("document.querySelector('h1').style.marginTop = '300px'")
    reader.until("window.shifted > 0.02")  # So it would have been seen.


COMPARED = """async () => {
    const { compareCharts } = await import("/static/compare/charts.js");
    const { Columns } = await import("/static/charts/columns.js");
    const run = (name, player) => {
        const stats = new Columns();
        stats.append([{ images: 1, [player]: { cost: 1 } }]);
        return { name, stats, scores: [] };
    };
    return compareCharts([run("a", "classifier"), run("b", "generator")])
        .filter(({ id }) => id.endsWith(".cost"))
        .map(({ id, curves }) => [id, ...curves.map(({ label }) => label)]);
}"""


def test_a_legend_names_only_curves_that_are_there(reader: Reader) -> None:
    compared = reader.page.evaluate(COMPARED)
    assert compared == [["classifier.cost", "a"], ["generator.cost", "b"]]
