"""The browser and the studio of these tests. Where there is no Chromium, as Debian's package of
that name, they are skipped; no browser is downloaded.
"""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from helpers.studio_pages import Reader, Served, served
from helpers.studio_runs import make_repeat
from helpers.two_domains import digits_and_negatives, small
from zerosum.jobs import train_run

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if BROWSER is None:
        pytest.skip("there is no chromium")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def browser(chromium: Any) -> Iterator[Any]:
    """The one of all modules, in which none leaves a page open."""
    yield chromium
    for context in chromium.contexts:
        context.close()


@pytest.fixture(scope="package")
def common(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Served]:
    """The studio of all modules that need none of their own: its processes are warm already.

    Each module adds its runs, under names that no other has, and leaves the queue empty.
    """
    folder = tmp_path_factory.mktemp("common")
    data = digits_and_negatives(folder / "digits2negatives", count=2, tests=2)
    with served(folder / "runs", "--data", str(data)) as studio:
        yield studio


@pytest.fixture(scope="package")
def cycle(common: Served) -> Path:
    """A run that translates: it has seen two pictures."""
    folder = common.runs.parent
    fields = {"images": 2, "pictures.size": (16, 16), "sample_every": 100}
    config = small("cyclegan-small", folder / "digits2negatives", folder, **fields)
    return common.add("cycle", lambda run: train_run(config, out=run, quiet=True))


@pytest.fixture(scope="package")
def repeated(common: Served) -> None:
    """Records of two runs that differ in their seeds; the scores of one are those of the other
    times three."""
    for seed, factor in ((1, 1.0), (2, 3.0)):
        common.add(f"digits-{seed}", partial(make_repeat, seed=seed, factor=factor))


@pytest.fixture
def reader(browser: Any, common: Served) -> Iterator[Reader]:
    """Who reads its pages at a desk, and meets nothing wrong."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    reader = Reader(context.new_page(), common.origin, token=common.token)
    yield reader
    context.close()
    assert not reader.wrong
