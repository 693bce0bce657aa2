"""Pictures of all pages of the studio, narrow, middling and wide, light and dark.

    python scripts/shoot_studio.py OUT RUNS [--only NAME]

RUNS is a folder of runs, which is not changed. It needs Playwright, and Chromium.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from playwright.sync_api import sync_playwright

__all__ = ["AT_REST", "DIALOGS", "USES", "open_by_names", "pages_over", "shoot"]

WIDTHS = {360: 740, 768: 1024, 1440: 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DIALOGS = {
    "dialog-studio": ("/", ["The studio: disk, worker and appearance"]),
    "dialog-keys": ("/", ["Keyboard shortcuts"]),
    "dialog-zoom": ("/run/{run}", ["Look closer"]),
    "dialog-longer": ("/run/{run}", ["Longer"]),
    "dialog-evaluate": ("/run/{run}", ["Evaluate"]),
    "dialog-export": ("/run/{run}", ["Export"]),
    "menu-run": ("/run/{run}", ["More actions"]),
    "dialog-rename": ("/run/{run}", ["More actions", "Rename"]),
    "dialog-delete": ("/run/{run}", ["More actions", "Delete"]),
}
"""What is opened from a page, by the names of what is pressed; where there is little room the
first may be in the menu."""
USES = {
    "use": ("/use", ".use-links"),
    "play": ("/play/@digits?seed=7", ".play-figure img[src^='data:']"),
    "play-move": ("/play/@digits?seed=7&tab=move", ".play-sliders"),
    "play-table": ("/play/@digits?seed=7&tab=table", ".play-table td img"),
    "play-nearest": ("/play/@digits?seed=7&tab=nearest", ".play-card"),
    "draw": ("/draw/@digits", ".draw-candidates[aria-busy=false] button img"),
    "attack": ("/attack/@digits", "img[alt$=': the result']"),
    "classes": ("/classes/@digits", ".classes-matrix"),
    "classes-pictures": ("/classes/@digits?tab=pictures", ".classes-pictures"),
    "classes-map": ("/classes/@digits?tab=map", ".classes-plot"),
    "translate": ("/translate", ".split, .empty"),
}
"""Pages that use networks, with those that come with zerosum, and what is there at last."""
AT_REST = """!document.querySelector("main .doing, main [aria-busy=true]")
    && [...document.querySelectorAll("main img[src]")].every((each) => each.complete)"""
"""Then nothing more is waited for."""
SEVEN = ((0.3, 0.25), (0.7, 0.25), (0.45, 0.8))
"""What is painted on the page Draw, in shares of the picture's sides."""


def pages_over(runs: Path) -> dict[str, str]:
    """The pages, by what their pictures are called, and their addresses."""
    names = sorted(each.parent.name for each in runs.glob("[!.]*/config.json"))
    found = {
        "runs": "/",
        "runs-nothing-found": "/?q=nothing+is+called+so",
        "archived": "/runs?archived=1",
        "compare": f"/compare?runs={quote(','.join(names[:3]))}",
        "new": "/new",
        "new-recipes": "/new?goal=nothing",
        "new-form": "/new/dcgan-digits?goal=nothing",
        "new-form-own": "/new/dcgan-faces?goal=one-folder",
        "queue": "/queue",
        "learn": "/learn",
        "lesson": "/learn/losses",
        "api": "/api",
        "missing": "/nowhere",
        "run-missing": "/run/nobody",
    }
    for tab in ("watch", "log", "settings", "files"):
        found[f"run-{tab}"] = f"/run/{_first(runs)}?tab={tab}"
    found |= {name: path for name, (path, _) in USES.items()}
    return found | {f"run-of-{name}": f"/run/{quote(name)}" for name in names}


def shoot(out: Path, runs: Path, only: str = "") -> None:
    """Write the pictures.

    Args:
        out: A folder, which is made.
        runs: The folder of runs.
        only: Only those that are called so, or begin so.
    """
    out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with _served(runs) as address, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for width, height in WIDTHS.items():
            for scheme in SCHEMES:
                how: dict[str, Any] = {"viewport": {"width": width, "height": height}}
                context = browser.new_context(**how, color_scheme=scheme)
                page = context.new_page()
                page.goto(address)
                for name, path in pages_over(runs).items():
                    if name.startswith(only):
                        _look(page, address, path)
                        if name in USES:
                            _rest(page, USES[name][1])
                        if name == "draw":
                            _paint(page)
                        page.screenshot(path=out / f"{name}-{width}-{scheme}.png", full_page=True)
                for name, (path, presses) in DIALOGS.items():
                    if name.startswith(only):
                        _look(page, address, path.format(run=_first(runs)))
                        open_by_names(page, presses)
                        page.wait_for_timeout(500)
                        page.screenshot(path=out / f"{name}-{width}-{scheme}.png")
                context.close()
        browser.close()


def _first(runs: Path) -> str:
    """The first run that has pictures."""
    return quote(min(each.parent.parent.name for each in runs.glob("[!.]*/samples/*.png")))


def _look(page: Any, address: str, path: str) -> None:
    page.goto("about:blank")
    page.goto(address.partition("/#")[0] + path)
    page.get_by_role("heading").first.wait_for()
    page.wait_for_timeout(1200)


def _rest(page: Any, last: str) -> None:
    page.wait_for_selector(last)
    while not page.evaluate(AT_REST):
        page.wait_for_timeout(200)


def _paint(page: Any) -> None:
    box = page.locator("canvas.draw-pad").bounding_box()
    for number, (x, y) in enumerate(SEVEN):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)
        if number == 0:
            page.mouse.down()
    page.mouse.up()
    page.wait_for_timeout(1000)
    _rest(page, USES["draw"][1])


def open_by_names(page: Any, presses: list[str]) -> None:
    """Press buttons by their names; what there is no room for is looked for in the menu."""
    if not _named(page, presses[0]).count():
        presses = ["More actions", *presses]
    for name in presses:
        _named(page, name).first.click()


def _named(page: Any, name: str) -> Any:
    button = page.get_by_role("button", name=name, exact=True)
    return button.or_(page.get_by_role("menuitem", name=name, exact=True)).locator("visible=true")


@contextmanager
def _served(runs: Path) -> Iterator[str]:
    words = [sys.executable, "-m", "zerosum", "studio", str(runs), "--port", "0", "--no-browser"]
    process = subprocess.Popen(words, text=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split(": ", 1)[1].strip()
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    shoot(asked.out, asked.runs, asked.only)


if __name__ == "__main__":
    main()
