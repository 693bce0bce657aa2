"""Runs side by side, as Chromium shows them: scores, pictures, curves, near copies."""

import csv
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from helpers.studio_pages import Reader, Served
from helpers.studio_runs import make_repeat
from helpers.waiting import until

PAIR = {"picture": "data:,", "original": "data:,", "distance": 0.25, "is_copy": True}
FOUND = {"share": 0.2, "error": 0.01, "expected": 0.01, "features": "digits", "generated": 1000}
FOUND |= {"compared": 5000, "images_seen": 200_000, "pairs": [PAIR, {**PAIR, "is_copy": False}]}


@pytest.fixture(scope="module", autouse=True)
def compared(common: Served, repeated: None) -> None:
    short = common.add("other", partial(make_repeat, seed=1, generated=500))
    for grid in sorted((short / "samples").iterdir())[6:]:
        grid.unlink()


@pytest.fixture(autouse=True)
def without_motion(reader: Reader) -> None:
    reader.page.emulate_media(reduced_motion="reduce")


BANDS = """async () => {
    const { Chart } = await import("/static/charts/chart.js");
    const way = { log: false, smoothing: 0, range: null };
    const curve = { key: "a", label: "a", colour: "--c1", x: [0, 10], y: [5, 5], error: [4, 4] };
    return [true, false].map((band) => {
        const root = document.querySelector("main").appendChild(document.createElement("div"));
        const chart = new Chart(root, { label: "Band", zoom: () => {} });
        chart.show([{ ...curve, band }], way);
        const { plot } = chart;
        const place = [plot.valToPos(4, "x", true), plot.valToPos(7.5, "y", true)];
        return plot.ctx.getImageData(...place, 1, 1).data[3] > 0;
    });
}"""
"""Whether a place between two values, above their line, is painted: with a band, with bars."""


def test_what_may_be_compared_stands_together(reader: Reader, tmp_path: Path) -> None:
    reader.go("/compare")
    for name in ("digits-1", "digits-2"):
        reader.press("button", name)
    reader.see("heading", "Compare 2 runs")
    # 10/21 and three times as much: their mean, and their standard deviation.
    mean = reader.page.get_by_role("row").filter(has_text="seeds 1, 2")
    assert "0.95 ± 0.67" in mean.inner_text()
    assert not reader.page.get_by_text("must not be compared").count()
    with reader.page.expect_download() as saved:
        reader.press("link", "CSV")
    saved.value.save_as(tmp_path / "scores.csv")
    rows = list(csv.DictReader((tmp_path / "scores.csv").read_text().splitlines()))
    assert {row["runs"] for row in rows} == {"digits-1", "digits-2", "digits-1 digits-2"}
    reader.see("combobox", "Add a run").select_option("other")
    reader.read(re.compile("must not be compared"))
    reader.read("Not to be compared with protocol 1:")
    reader.see("button", "Score all of them alike")
    tables = reader.page.get_by_role("region", name=re.compile("Scores by protocol"))
    assert ["other" in each for each in tables.all_inner_texts()] == [False, True]
    reader.press("button", "Leave out digits-1")
    reader.page.reload()
    reader.see("heading", "Compare 2 runs")
    assert not mean.count()


def evaluations(studio: Served) -> list[Any]:
    return [job for job in studio.call("GET", "/queue")["jobs"] if job["kind"] == "evaluate"]


@pytest.fixture
def paused(common: Served) -> Iterator[None]:
    """A queue that stands still, and is as it was afterwards."""
    common.call("POST", "/queue/pause")
    yield
    for job in evaluations(common):
        common.call("DELETE", f"/queue/{job['id']}")
    common.call("POST", "/queue/continue")


def test_the_page_follows_its_runs_and_has_them_scored_alike(
    reader: Reader, common: Served, paused: None
) -> None:
    common.add("live", partial(make_repeat, seed=1, generated=300))
    reader.go("/compare?runs=digits-1,live")
    table = reader.page.get_by_role("region", name="Scores by protocol 2")
    table.get_by_text("200,000").wait_for()
    scores = common.runs / "live" / "scores.jsonl"
    line = json.loads(scores.read_text().splitlines()[-1])
    line["subject"]["images"] = 210_000
    with scores.open("a") as file:
        file.write(json.dumps(line) + "\n")
    table.get_by_text("210,000").wait_for()
    reader.press("button", "Score all of them alike")
    reader.read("2 evaluations in the queue; the scores appear here.")
    jobs = evaluations(common)
    assert [(job["kind"], job["run"]) for job in jobs] == [
        ("evaluate", "digits-1"),
        ("evaluate", "live"),
    ]


def test_pictures_are_shown_after_equally_many_images(reader: Reader) -> None:
    reader.go("/compare?runs=digits-1,other")
    shown = reader.page.locator(".compare-at")
    until(lambda: shown.all_inner_texts() == ["after 200,000 images", "after 100,000 images"])
    slider = reader.see("slider", "Images seen")
    slider.focus()
    for _ in range(6):
        reader.page.keyboard.press("ArrowLeft")
    until(lambda: shown.all_inner_texts() == ["after 80,000 images"] * 2)
    reader.page.reload()
    until(lambda: shown.all_inner_texts() == ["after 80,000 images"] * 2)
    assert "0000080000.png" in reader.see("img", re.compile("^other")).get_attribute("src")


def test_curves_go_over_time_and_cores_and_take_seeds_as_one(reader: Reader) -> None:
    reader.go("/compare?runs=digits-1,digits-2")
    chart = reader.page.locator(".chart-card", has_text="KD-digits")
    chart.get_by_text("at 200k images").wait_for()
    assert "digits: mean of 2 0.952 ± 0.673" in " ".join(chart.inner_text().split())
    reader.press("button", "Seconds")
    chart.get_by_text("at 200 seconds").wait_for()
    reader.press("button", "Core-hours")
    chart.get_by_text("at 0.333 core-hours").wait_for()  # 200 s × 3 × 2 / 3600.
    reader.read(re.compile("processes × threads"))
    reader.press("button", "Seeds as one")
    chart.get_by_role("button", name="digits-2").wait_for()
    assert not chart.get_by_text("mean of 2").count()
    reader.page.reload()
    chart.get_by_text("at 0.333 core-hours").wait_for()
    chart.get_by_role("button", name="digits-2").wait_for()
    assert reader.page.evaluate(BANDS) == [True, False]


def test_near_copies_are_looked_for_and_shown(reader: Reader) -> None:
    asked: list[str] = []

    def answer(route: Any) -> None:
        asked.append(route.request.url.split("/")[-2])
        step = 'event: progress\ndata: {"done": 1, "total": 2}\n\n'
        told = f"{step}event: result\ndata: {json.dumps(FOUND)}\n\n"
        if asked[-1] == "other":
            told = 'event: failed\ndata: {"message": "the pictures are gone", "field": null}\n\n'
        route.fulfill(body=told, content_type="text/event-stream")

    reader.page.route("**/memorised", answer)
    reader.go("/compare?runs=digits-1,other")
    reader.press("button", "Look for copies")
    reader.read("the pictures are gone")
    reader.read(re.compile("more than the 1.0 % that chance gives"))
    assert asked == ["digits-1", "other"]
    assert reader.page.get_by_text("0.250, near").count() == 1
