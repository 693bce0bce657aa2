"""The studio as its readers have it: a process that serves, and pages in a browser."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import psutil

from zerosum.studio.home import Home

__all__ = ["PATIENCE", "Reader", "Served", "end_trainings", "foreign", "served", "written"]

_PAUSE = 0.05
PATIENCE = 240.0
"""Seconds after which what is waited for is taken never to come; nothing is measured by it."""


_FOLLOW = """async (run) => {
    const { subscribe } = await import("/static/events.js");
    window.told = [];
    subscribe(`run/${run}`, ({ reset, stats }) => {
        if (reset) window.told = [];
        window.told.push(...(stats ?? []).map(({ images }) => images));
    });
}"""


@dataclass
class Served:
    """A studio in a process of its own."""

    process: "subprocess.Popen[str]"
    address: str
    runs: Path

    @property
    def origin(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def port(self) -> int:
        port = urlsplit(self.address).port
        assert port is not None
        return port

    @property
    def token(self) -> str:
        return self.address.partition("token=")[2]

    def add(self, name: str, make: Callable[[Path], object]) -> Path:
        """Have a run made in its folder, unless an earlier test has."""
        run = self.runs / name
        if not run.exists():
            make(run)
        return run

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call its API, as programs do."""
        request = Request(
            f"{self.origin}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        self.process.kill()
        self.process.communicate()


@contextmanager
def served(
    runs: Path, *words: str, port: int = 0, most_bytes: int | None = None
) -> Iterator[Served]:
    """A studio that is served from the folder in which its runs are, until the block ends.

    Args:
        runs: The folder of runs.
        words: More of its command.
        port: Where it listens.
        most_bytes: That a file may have, by which the disk of its trainings is soon full.
    """
    command = [sys.executable, "-m", "zerosum", "studio", str(runs), "--no-browser"]
    process = subprocess.Popen(
        [*command, "--port", str(port), *words],
        cwd=runs.parent,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        preexec_fn=None if most_bytes is None else partial(_limit_files, most_bytes),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found, (said, process.poll())
        yield Served(process, found[0], runs)
    finally:
        process.kill()
        process.communicate()


def _limit_files(most: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def end_trainings(runs: Path) -> None:
    """Kill what was trained, which outlives its studio."""
    for claim in Home(runs).state.glob("jobs/*/started.json"):
        with suppress(psutil.Error, OSError, ValueError):
            said = json.loads(claim.read_text())
            process = psutil.Process(said["pid"])
            if abs(process.create_time() - said["created"]) < 1:
                process.send_signal(signal.SIGKILL)
                process.wait(10)


def written(run: Path) -> list[int]:
    """After how many images each line of a run's statistics was written."""
    return [json.loads(line)["images"] for line in (run / "stats.jsonl").read_text().splitlines()]


def foreign(url: str, origin: str) -> bool:
    """Whether something is asked of another host."""
    return not url.startswith((origin, "data:", "blob:"))


@dataclass
class Reader:
    """Who reads a page, by what it says to all: roles and names.

    Attributes:
        page: Of Playwright.
        origin: Of the studio.
        token: Of the studio, if the first address that is opened is to bring it.
        clicks: How often something was clicked.
        wrong: What a console said, what failed, what was asked of another host.
    """

    page: Any
    origin: str
    token: str = ""
    clicks: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        page = self.page
        page.set_default_timeout(1000 * PATIENCE)
        page.on("console", lambda said: self._note(said))
        page.on("pageerror", lambda error: self.wrong.append(f"{error}"))
        page.on("request", lambda each: self._note_request(each.url))

    def see(self, role: str, name: str | re.Pattern[str], *, exact: bool = True) -> Any:
        """What has a role and a name, as soon as it can be seen."""
        found = self.page.get_by_role(role, name=name, exact=exact).first
        found.wait_for()
        return found

    def read(self, text: str | re.Pattern[str]) -> Any:
        """Wait until a text can be seen."""
        found = self.page.get_by_text(text).locator("visible=true").first
        found.wait_for()
        return found

    def until(self, script: str) -> None:
        """Wait until a script holds; pages run no text as code, as Playwright's own wait does."""
        for _ in range(round(PATIENCE / _PAUSE)):
            if self.page.evaluate(script):
                return
            self.page.wait_for_timeout(1000 * _PAUSE)
        raise AssertionError(script)

    def follow(self, run: str) -> None:
        """Have the page note, apart from what it shows, all lines that it is told of a run."""
        self.page.evaluate(_FOLLOW, run)

    @property
    def told(self) -> list[int]:
        """After how many images each of these lines was written."""
        lines: list[int] = self.page.evaluate("window.told")
        return lines

    def press(self, role: str, name: str | re.Pattern[str], *, exact: bool = True) -> None:
        """Click on it."""
        self.see(role, name, exact=exact).click()
        self.clicks += 1

    def choose(self, menu: str, item: str) -> None:
        """Choose from a menu; an item that needs none, since there is room, is pressed."""
        beside = self.page.get_by_role("button", name=item, exact=True)
        if beside.count():
            beside.first.click()
            return
        self.press("button", menu)
        self.press("menuitem", item)

    def go(self, path: str) -> None:
        letting_in = f"#token={self.token}" if self.token else ""
        self.page.goto(f"{self.origin}{path}{letting_in}")
        self.token = ""  # The browser keeps it.

    def _note(self, said: Any) -> None:
        if said.type in ("error", "warning"):
            self.wrong.append(f"{said.text} {said.location.get('url', '')}")

    def _note_request(self, url: str) -> None:
        if foreign(url, self.origin):
            self.wrong.append(f"asks for {url}")
