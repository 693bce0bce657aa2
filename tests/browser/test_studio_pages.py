"""The studio's pages for runs and the queue, as Chromium shows them, over a real server."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from helpers.readable import unreadable
from helpers.studio_pages import PATIENCE, Served, served
from helpers.waiting import until
from zerosum.config import to_json
from zerosum.recipes import recipe

ODD = '<b>"é" & 50%, it'
"""A name that is no HTML, no path and no list."""


def make_run(folder: Path, lines: int = 40) -> None:
    """A finished run with curves, scores, samples and an alarm."""
    (folder / "samples").mkdir(parents=True)
    images = 100 * lines
    config = {**to_json(recipe("dcgan-digits")), "images": images, "seed": 7}
    (folder / "config.json").write_text(json.dumps(config))
    for at in (0, images // 2, images):
        Image.new("L", (16, 16), 250 * at // images).save(folder / "samples" / f"{at:010}.png")
    stats = [
        {
            "images": 100 * line,
            "images_per_second": 9.0,
            "generator": {"cost": 50.0 if line == 7 else 1 + line / lines, "accuracy": 0.2},
            "discriminator": {"cost": None if line == 9 else 2.0, "accuracy": 0.9, "r1": 0.5},
        }
        for line in range(1, lines + 1)
    ]
    (folder / "stats.jsonl").write_text("".join(json.dumps(each) + "\n" for each in stats))
    scores = [
        {
            "subject": {"run": folder.name, "images": at, "while": "training"},
            "scores": {
                "FD-digits": {"value": value, "error": 0.5, "how": "", "lower_is_better": True}
            },
            "vitals": {},
            "protocol": {"network": {}, "real": {}, "generated": 300, "seed": 0},
        }
        for at, value in ((0, 60.0), (images, 2.0))
    ]
    (folder / "scores.jsonl").write_text("".join(json.dumps(each) + "\n" for each in scores))
    (folder / "alarms.txt").write_text("the <i>discriminator</i> has won\n")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    runs = tmp_path_factory.mktemp("studio") / "runs"
    for name in ("first", "second", ODD):
        make_run(runs / name)
    (runs / "damaged").mkdir()
    (runs / "damaged" / "config.json").write_text("{")
    with served(runs) as found:
        found.call("POST", "/queue/pause")
        for name in ("a", "b", "c"):
            found.call("POST", "/queue", {"recipe": "dcgan-digits", "name": f"queued-{name}"})
        yield found


@pytest.fixture
def page(browser: Any, studio: Served) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(1000 * PATIENCE)
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(studio.address)
    opened.wait_for_selector(".run-card:not(.blank)")
    yield opened
    context.close()
    # What the studio refuses is said on the page; the browser notes it, too.
    assert not [each for each in said if not each.startswith("Failed to load resource")]


@pytest.mark.parametrize(
    "path",
    ["/", "/run/first", "/run/first?tab=settings", "/run/first?tab=log", "/run/first?tab=files",
     "/run/damaged", "/run/none", "/queue", "/compare?runs=first,second", "/compare",
     "/runs?archived=1"],
)  # fmt: skip
def test_a_page_is_right_at_all_widths(page: Any, studio: Served, path: str) -> None:
    page.goto(studio.origin + path)
    page.wait_for_selector("main h1")
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        until(lambda: not page.query_selector(".doing"))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert not unreadable(page, colours_only=scheme == "dark"), scheme


LEFT = """async () => {
    const { navigate, queryKeeper } = await import("/static/shell/router.js");
    const keep = queryKeeper();
    keep({ seen: "here" });
    const here = location.search;
    navigate("/queue");
    keep({ saved: "elsewhere" });
    return [here, location.pathname + location.search];
}"""


def test_what_comes_after_a_page_was_left_is_not_noted_in_another_address(page: Any) -> None:
    assert page.evaluate(LEFT) == ["?seen=here", "/queue"]


def test_names_are_text(page: Any, studio: Served) -> None:
    card = page.locator(".run-card").filter(has_text=ODD)
    assert card.locator("h2").inner_text() == ODD
    card.locator("h2 a").click()
    page.wait_for_selector(".film-picture img")
    assert page.locator("main h1").inner_text() == ODD
    assert page.evaluate("document.activeElement.textContent") == ODD  # for readers of the screen
    assert page.locator(".note.warn li").inner_text() == "the <i>discriminator</i> has won"
    page.go_back()
    page.wait_for_selector(".run-card")
    for name in (ODD, "first"):
        page.get_by_role("checkbox", name=f"Choose {name}").check()
    page.locator(".chosen-bar .primary").click()
    page.wait_for_selector(".chart-card")
    page.reload()  # the address holds both, though one has a comma
    names = page.locator(".compare-name a")
    until(lambda: names.all_inner_texts() == [ODD, "first"])


def test_runs_are_found_and_set_in_order(page: Any) -> None:
    shown = page.locator(".run-card h2")
    page.keyboard.press("/")
    page.keyboard.type("FIRST dcgan")
    until(lambda: shown.all_inner_texts() == ["first"])
    assert "q=FIRST+dcgan" in page.url
    page.reload()
    until(lambda: shown.all_inner_texts() == ["first"])
    page.locator("input[type=search]").fill("nowhere")
    page.get_by_role("button", name="Show all runs").click()
    page.get_by_label("State").select_option("failed")
    until(lambda: shown.all_inner_texts() == ["damaged"])


def test_a_run_is_renamed_archived_and_fetched_back(
    page: Any, studio: Served, tmp_path: Path
) -> None:
    make_run(tmp_path / "moved")
    runs = studio.runs
    shutil.move(tmp_path / "moved", runs / "moved")  # it appears by itself
    card = page.locator(".run-card").filter(has=page.get_by_role("heading", name="moved"))
    card.get_by_role("button", name="Actions for moved").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.locator("#name").fill("first")
    page.keyboard.press("Enter")
    assert "first" in page.locator("dialog [role=alert]:visible").first.inner_text()  # it is taken
    page.locator("#name").fill("kept")
    page.keyboard.press("Enter")
    page.locator(".run-card h2", has_text="kept").wait_for()
    page.get_by_role("button", name="Actions for kept").click()
    page.get_by_role("menuitem", name="Archive").click()
    until(lambda: not page.locator(".run-card h2", has_text="kept").count())
    page.get_by_role("button", name="Undo").click()
    page.locator(".run-card h2", has_text="kept").wait_for()
    page.get_by_role("button", name="Actions for kept").click()
    page.get_by_role("menuitem", name="Delete").click()
    sure = page.locator("dialog .primary")
    assert sure.is_disabled()
    page.locator("#typed").fill("kep")
    assert sure.is_disabled()
    page.locator("#typed").fill("kept")
    sure.click()
    until(lambda: not (runs / "kept").exists())


def test_a_run_that_is_gone_says_so(page: Any, studio: Served, tmp_path: Path) -> None:
    runs = studio.runs
    make_run(runs / "leaving")
    page.goto(f"{studio.origin}/run/leaving")
    page.wait_for_selector(".film-picture img")
    shutil.move(runs / "leaving", tmp_path / "gone")
    page.locator(".note.bad", has_text="not here any more").wait_for()
    page.get_by_role("link", name="All runs").click()
    page.wait_for_selector(".run-grid")


def test_pictures_are_walked_through_time(page: Any, studio: Served) -> None:
    page.goto(f"{studio.origin}/run/first")
    picture = page.locator(".film-picture img")
    until(lambda: "0000004000.png" in (picture.get_attribute("src") or ""))
    page.keyboard.press("ArrowLeft")
    until(lambda: "0000002000.png" in picture.get_attribute("src"))
    page.locator(".film-bar input").focus()
    page.keyboard.press("Home")
    until(lambda: "0000000000.png" in picture.get_attribute("src"))
    picture.click()
    large = page.locator(".zoom-place img")
    fit = until(lambda: large.bounding_box()["width"])
    page.keyboard.press("+")
    assert large.bounding_box()["width"] > 1.4 * fit
    assert "pixelated" in large.get_attribute("class")
    page.keyboard.press("End")
    page.keyboard.press("Escape")
    until(lambda: "0000004000.png" in picture.get_attribute("src"))


def test_charts_zoom_together_and_speak(page: Any, studio: Served) -> None:
    page.goto(f"{studio.origin}/run/first")
    chart = page.locator(".chart-card", has_text="Costs")
    chart.get_by_text("at 4k images").wait_for()
    assert chart.get_by_role("button", name="generator").inner_text().split() == ["generator", "2"]
    box = chart.locator(".chart-canvas").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 100, steps=3)
    page.mouse.up()
    everything = page.get_by_role("button", name="Show all")
    everything.click()
    until(lambda: not everything.is_visible())
    page.mouse.move(0, 0)
    chart.locator(".chart-canvas").focus()
    page.keyboard.press("ArrowRight")
    chart.get_by_text("at 200 images").wait_for()
    page.keyboard.press("+")
    everything.wait_for()
    key = chart.get_by_role("button", name="generator")
    key.click()
    assert key.get_attribute("aria-pressed") == "false"
    page.get_by_label("Lay another run").select_option("second")
    chart.get_by_role("button", name="generator, second").wait_for()
    page.get_by_label("Draw another column").select_option("discriminator.r1")
    page.get_by_role("heading", name="discriminator: r1").wait_for()
    page.get_by_role("button", name="Leave out second").click()
    until(lambda: not chart.get_by_role("button", name="generator, second").count())


def test_the_queue_is_ordered_by_hand_and_by_key(page: Any, studio: Served) -> None:
    page.goto(f"{studio.origin}/queue")
    names = page.locator("[data-part=Waiting] .job-name a")

    def told() -> list[str]:
        return [each["run"][-1] for each in studio.call("GET", "/queue")["jobs"]]

    until(lambda: names.all_inner_texts() == ["queued-a", "queued-b", "queued-c"])
    page.get_by_role("button", name="Later: queued-a").click()
    until(lambda: told() == ["b", "a", "c"])
    page.locator("[data-part=Waiting] li", has_text="queued-c").locator(".grip").focus()
    page.keyboard.press("ArrowUp")
    until(lambda: told() == ["b", "c", "a"])
    grip = page.locator("[data-part=Waiting] li", has_text="queued-a").locator(".grip")
    box = grip.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, box["y"] - 400, steps=8)
    page.mouse.up()
    until(lambda: told() == ["a", "b", "c"])
    page.get_by_role("button", name="Take queued-a out of the queue").click()
    page.locator("dialog code", has_text="zerosum train dcgan-digits").wait_for()
    assert told() == ["a", "b", "c"]  # Nothing is lost before it was asked.
    page.get_by_role("button", name="Take it out").click()
    until(lambda: told() == ["b", "c"])
    waiting = page.locator("[data-part=Waiting] li", has_text="queue is paused")
    until(lambda: waiting.count() == 2)


def test_the_page_of_a_run_that_waits_says_why_and_starts_or_leaves_it(page: Any) -> None:
    page.goto(page.url.split("/runs")[0].rstrip("/") + "/run/queued-c")
    row = page.locator(".run-jobs li", has_text="Waits: the queue is paused.")
    row.get_by_role("button", name="Start queued-c now").wait_for()
    row.get_by_role("button", name="Take queued-c out of the queue").wait_for()


def test_a_queue_that_cannot_be_worked_says_why(page: Any, studio: Served) -> None:
    page.goto(f"{studio.origin}/queue")
    page.locator("[data-part=Waiting] li").first.wait_for()
    page.evaluate(
        """async () => {
          const { queue } = await import("/static/store/queue.js");
          queue.set({ ...queue.value, trouble: "the disk is full" });
        }"""
    )
    page.get_by_role("alert").filter(has_text="the disk is full").wait_for()


def test_what_is_wrong_with_a_wish_is_said_in_its_dialog(page: Any, studio: Served) -> None:
    page.goto(f"{studio.origin}/run/first")
    page.get_by_role("button", name="Longer").click()
    page.locator("#images").fill("7")
    page.keyboard.press("Enter")
    page.locator("dialog .note.bad", has_text="images").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Export").click(force=True)  # there is no checkpoint
    page.locator(".toast", has_text="no checkpoint").wait_for()


def test_light_and_dark_are_kept(page: Any) -> None:
    theme = "document.documentElement.dataset.theme"
    page.emulate_media(color_scheme="dark")
    until(lambda: page.evaluate(theme) == "dark")
    page.get_by_role("button", name="The studio").click()
    page.get_by_role("button", name="Light").click()
    page.reload()
    assert page.evaluate(theme) == "light"
    page.wait_for_selector(".run-card:not(.blank)")
    page.keyboard.press("?")
    assert "Search the runs" in page.locator("dialog").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/queue")


def test_error_bars_lie_within_their_chart_and_a_single_value_is_marked(page: Any) -> None:
    heights, marks = page.evaluate(
        """async () => {
          const { Chart } = await import("/static/charts/chart.js");
          const chart = new Chart(document.body.appendChild(document.createElement("div")),
            { label: "Score", zoom: () => {} });
          const way = { log: false, smoothing: 0, range: null };
          const curve = { key: "a", label: "a", colour: "--c1" };
          chart.show([{ ...curve, x: [0, 9], y: [1, 2], error: [3, 5] }], way);
          const heights = [chart.plot.scales.y.min, chart.plot.scales.y.max];
          const marks = [1, 2].map((count) => {
            chart.show([{ ...curve, x: [4, 9].slice(0, count), y: [1, 2].slice(0, count) }], way);
            return chart.plot.series[1].points.show(chart.plot, 1);
          });
          return [heights, marks.map((show) => show === true)];
        }"""
    )
    assert heights[0] < -2
    assert heights[1] > 7
    assert marks == [True, False]


def test_what_is_thinned_keeps_its_peaks_and_gaps(page: Any) -> None:
    kept = page.evaluate(
        """async () => {
          const { thin, smooth } = await import("/static/charts/thin.js");
          const x = Float64Array.from({ length: 100000 }, (_, place) => place);
          const y = x.map((place) => (place === 41234 ? 9 : place === 70000 ? NaN : place % 2));
          const [xs, ys] = thin({ x, y }, 0, 100000, 300);
          const part = thin({ x, y }, 41000, 41400, 300);
          return {
            count: xs.length, rising: xs.every((each, place) => !place || each > xs[place - 1]),
            peak: xs[ys.indexOf(9)], gap: xs[ys.indexOf(null)], ends: [part[0][0], part[0].at(-1)],
            smooth: [...smooth([4, NaN, 4, 8], 0.5)].map(String),
          };
        }"""
    )
    assert kept["count"] <= 901
    assert kept["rising"]
    assert (kept["peak"], kept["gap"]) == (41234, 70000)
    assert kept["ends"] == [40999, 41401]  # one more to both sides
    assert kept["smooth"] == ["4", "NaN", "4", str(4 + 4 * 0.5 / 0.875)]


def test_a_resumed_run_takes_back_what_it_had_not_saved(page: Any) -> None:
    columns = page.evaluate(
        """async () => {
          const { Columns } = await import("/static/charts/columns.js");
          const columns = new Columns();
          const line = (images, cost) => ({ images, generator: { cost } });
          columns.append(Array.from({ length: 600 }, (_, place) => line(place, place)));
          columns.append([line(2, -2), { images: 3, critic: { cost: 1 } }]);
          const shown = (key) => [...columns.column(key)].map(String);
          return [shown("images"), shown("generator.cost"), shown("critic.cost"),
            columns.players("cost")];
        }"""
    )
    images, generator, critic, players = columns
    assert images == ["0", "1", "2", "3"]
    assert generator == ["0", "1", "-2", "NaN"]
    assert critic == ["NaN", "NaN", "NaN", "1"]
    assert players == ["generator", "critic"]


def test_a_log_is_whole_however_it_is_cut(page: Any) -> None:
    log = "eins\r10 %\r20 %\r\nzw\u00e4i\n\x1b[1mdrei\x1b[0m\nv\u00e4r".encode()
    cuts = range(log.rindex(b"\n") + 1)
    script = """async ([last, log]) => {
      const { LogText } = await import("/static/components/log_text.js");
      const [text, bytes] = [new LogText(), new TextEncoder().encode(log)];
      text.begin(last);
      const { start, lines } = text;
      const before = new TextDecoder().decode(bytes.slice(0, start));
      text.prepend({ text: before, start: 0, end: start });
      text.append({ text: " 5\\n6", start: last.end, end: last.end + 4 });
      return [start, lines.length, text.lines];
    }"""
    for cut in cuts:
        last = {"text": log[cut:].decode(errors="replace"), "start": cut, "end": len(log)}
        start, count, lines = page.evaluate(script, [last, log.decode()])
        assert start == (log.index(b"\n", cut) + 1 if cut else 0)
        assert count == 4 - log[:start].count(b"\n")
        assert lines == ["20 %", "zw\u00e4i", "drei", "v\u00e4r 5", "6"]


def test_a_line_longer_than_a_stretch_does_not_hide_what_is_before_it(page: Any) -> None:
    starts = page.evaluate(
        """async () => {
          const { LogText } = await import("/static/components/log_text.js");
          const log = `first\n${"x".repeat(25)}\nlast\n`;
          const text = new LogText();
          const part = (start, end) => ({ text: log.slice(start, end), start, end });
          text.begin(part(log.length - 10, log.length));
          const starts = [];
          while (text.start > 0 && starts.length < 9) {
            text.prepend(part(Math.max(0, text.start - 10), text.start));
            starts.push(text.start);
          }
          return [starts, text.lines[0], text.lines.at(-1)];
        }"""
    )
    assert starts == [[22, 12, 6, 0], "first", "last"]


def test_numbers_keep_three_digits_that_count(page: Any) -> None:
    said = page.evaluate(
        """async () => {
          const { significant, short } = await import("/static/components/text.js");
          const numbers = [0, 0.0576, 0.00123, 0.25, 2.5, 1234.5, -0.0576, 0.0004];
          return [...numbers.map(significant), short(1520)];
        }"""
    )
    assert said[:5] == ["0", "0.0576", "0.00123", "0.25", "2.5"]
    assert said[5:] == ["1,235", "\u22120.0576", "4.00e\u22124", "1.52k"]


def test_what_the_worker_does_stays_within_its_column(page: Any) -> None:
    # At once, since the server tells what its worker really does.
    words, rail = page.evaluate(
        """async () => {
          const { studio } = await import("/static/store/studio.js");
          studio.set({ ...studio.value, worker: { state: "busy", doing: "looking".repeat(30) } });
          const { width } = document.querySelector(".nav").getBoundingClientRect();
          const said = [...document.querySelectorAll(".status .clip")];
          const words = said.find(({ textContent }) => textContent.includes("lookinglooking"));
          return [words.getBoundingClientRect().width, width];
        }"""
    )
    assert 0 < words <= rail
