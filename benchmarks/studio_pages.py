"""How quick the studio's pages are: the server's start, first paint, long curves, many runs.

    python benchmarks/studio_pages.py

It needs Playwright, and Chromium. The runs are made up, as in studio.py.
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import sync_playwright

from studio import make_run, make_runs

__all__: list[str] = []

RUNS = 500
LINES = 100_000
TABS = 20

DRAWN = """async () => {
    const { Chart } = await import("/static/charts/chart.js");
    const show = Chart.prototype.show;
    window.lines = 0;
    Chart.prototype.show = function (curves, way) {
        show.call(this, curves, way);
        window.lines = Math.max(window.lines, ...curves.map(({ x }) => x.length));
    };
}"""
SCROLLED = """() => new Promise((resolve) => {
    const times = [];
    let before = performance.now();
    const step = (now) => {
        times.push(now - before);
        before = now;
        scrollBy(0, 60);
        const isEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 1;
        if (isEnd || times.length > 600) resolve(times.slice(1));
        else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
})"""
PAINTED = """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null"""


def make_long_run(folder: Path) -> None:
    """A run of 100,000 lines."""
    make_run(folder)
    player = {"cost": 0.9, "accuracy": 0.7}
    with (folder / "stats.jsonl").open("w") as file:
        for line in range(1, LINES + 1):
            said = {"images": 32 * line, "rounds": line, "images_per_second": 400.0}
            file.write(json.dumps({**said, "generator": player, "discriminator": player}) + "\n")


def serve(runs: Path) -> tuple["subprocess.Popen[str]", str, float]:
    """A studio, its address, and after how many seconds it said that."""
    words = [sys.executable, "-m", "zerosum", "studio", str(runs), "--port", "0", "--no-browser"]
    before = time.perf_counter()
    process = subprocess.Popen(words, text=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    address = process.stdout.readline().split(": ", 1)[1].strip()
    return process, address, time.perf_counter() - before


def measure(browser: Any, address: str) -> None:
    """Print all that is measured in the browser."""
    origin = address.partition("/#")[0]
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.get_by_text(f"{RUNS + 1} runs").wait_for()
    said("first paint", [_painted(page) for _ in range(5)])
    frames = page.evaluate(SCROLLED)
    said("a frame of the list, scrolled", frames)
    print(f"{'frames over 20 ms':<32} {sum(each > 20 for each in frames)} of {len(frames)}")
    said(f"{LINES:,} lines in curves", [_until_drawn(page, origin)])
    others = [context.new_page() for _ in range(TABS)]
    said(f"the same in one of {TABS} tabs", [_until_drawn(each, origin) for each in others])
    context.close()


def _painted(page: Any) -> float:
    page.reload()
    page.get_by_text(f"{RUNS + 1} runs").wait_for()
    page.wait_for_timeout(1000)
    return float(page.evaluate(PAINTED))


def _until_drawn(page: Any, origin: str) -> float:
    before = time.perf_counter()
    page.goto(f"{origin}/run/long")
    page.evaluate(DRAWN)
    while page.evaluate("window.lines") < LINES:
        page.wait_for_timeout(20)
    return 1000 * (time.perf_counter() - before)


def said(what: str, milliseconds: list[float]) -> None:
    """Print a median and a maximum."""
    print(f"{what:<32} {median(milliseconds):7.1f} ms, at most {max(milliseconds):7.1f} ms")


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with TemporaryDirectory() as folder, sync_playwright() as started:
        runs = Path(folder) / "runs"
        make_runs(runs, RUNS)
        make_long_run(runs / "long")
        process, address, seconds = serve(runs)
        print(f"{'start of the server':<32} {1000 * seconds:7.1f} ms")
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            measure(browser, address)
        finally:
            browser.close()
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
