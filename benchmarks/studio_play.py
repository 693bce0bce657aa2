"""How soon a moved slider of the studio's page Play changes the picture, measured in a browser.

    python benchmarks/studio_play.py [--moves 100]

From the event of the slider to the frame after the new picture is decoded, for the digits that
come with zerosum (28x28) and for a DCGAN in colour (64x64, hardly trained: that makes no
difference here); alone, and while a run trains that the studio has started. Needs Playwright and
Chromium. What is printed are the median and the 95th percentile, in milliseconds.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import zerosum

__all__ = ["measure"]

_PATIENCE = 240_000
_MOVE = """async (moves) => {
    const picture = document.querySelector(".play-figure img");
    const slider = document.querySelector(".play-sliders input");
    const changed = () => new Promise((resolve) => {
        const watching = new MutationObserver(() => { watching.disconnect(); resolve(); });
        watching.observe(picture, { attributes: true, attributeFilter: ["src"] });
    });
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const times = [];
    for (let move = 0; move < moves; move += 1) {
        const begun = performance.now();
        const come = changed();
        slider.value = String((move % 61) / 10 - 3 + 0.1 * Math.floor(move / 61));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await come;
        await picture.decode();
        await frame();
        times.push(performance.now() - begun);
    }
    return times;
}"""
_TRAIN = """async (token) => {
    const fields = { data: "digits", images: 1000000 };
    const answer = await fetch("/api/v1/queue", {
        method: "POST",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        body: JSON.stringify({ recipe: "dcgan-digits", fields, name: "training" }),
    });
    if (!answer.ok) throw new Error(await answer.text());
}"""
_TRAINS = """async (token) => {
    const headers = { Authorization: `Bearer ${token}` };
    const { summary } = await (await fetch("/api/v1/runs/training", { headers })).json();
    return summary?.state === "training" && summary.images_seen > 0;
}"""


def measure(page: Any, address: str, *, moves: int) -> list[float]:
    """Milliseconds from each move of a slider to the frame that shows its picture.

    Args:
        page: Of Playwright.
        address: Of the page Play of a network.
        moves: How many.
    """
    page.goto(address)
    page.get_by_role("tab", name="Move").click()
    page.locator(".play-sliders input").first.wait_for()
    page.evaluate(_MOVE, 10)  # The first pictures pay for what is made once.
    times: list[float] = page.evaluate(_MOVE, moves)
    return times


@contextmanager
def _studio(runs: Path) -> Iterator[str]:
    words = [sys.executable, "-m", "zerosum", "studio", str(runs), "--no-browser", "--port", "0"]
    process = subprocess.Popen(words, cwd=runs.parent, text=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().rsplit(maxsplit=1)[-1]
    finally:
        process.terminate()
        process.wait()


def _tell(what: str, times: list[float]) -> None:
    late = quantiles(times, n=20)[-1]
    print(f"{what:34} median {median(times):6.1f} ms, 95 % below {late:6.1f} ms", flush=True)


def main() -> None:
    """Measure, and print."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=100)
    moves = parser.parse_args().moves
    with TemporaryDirectory() as folder, sync_playwright() as started:
        runs = Path(folder) / "runs"
        fields = {"pictures.size": (64, 64), "pictures.channels": 3}
        fields |= {"pictures.enlarge": True, "evaluate_every": 0}
        zerosum.train("dcgan-digits", images=64, fields=fields, out=runs / "colour", quiet=True)
        with _studio(runs) as address:
            origin, _, token = address.partition("/#token=")
            program = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = browser.new_page()
            page.set_default_timeout(_PATIENCE)
            page.goto(address)
            networks = {"digits, 28x28": "@digits", "colour, 64x64": "colour"}
            for title, key in networks.items():
                _tell(title, measure(page, f"{origin}/play/{key}", moves=moves))
            page.evaluate(_TRAIN, token)
            while not page.evaluate(_TRAINS, token):
                page.wait_for_timeout(500)
            for title, key in networks.items():
                times = measure(page, f"{origin}/play/{key}", moves=moves)
                _tell(f"{title}, while a run trains", times)
            page.evaluate(_STOP, token)
            page.wait_for_timeout(5_000)
            browser.close()


_STOP = """(token) => fetch("/api/v1/runs/training/kill", {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ confirm: "training" }),
})"""


if __name__ == "__main__":
    main()
