"""The browser of these tests; where there is no Chromium, as Debian's package of that name, they
are skipped; no browser is downloaded.
"""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from helpers.studio_pages import Reader, Served

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if BROWSER is None:
        pytest.skip("there is no chromium")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def reader(browser: Any, studio: Served) -> Iterator[Reader]:
    """Who has opened the studio of the module, on whose pages nothing goes wrong."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    reader = Reader(context.new_page(), studio.origin)
    reader.page.goto(studio.address)
    yield reader
    context.close()
    assert not reader.wrong
