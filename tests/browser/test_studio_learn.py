"""The lessons in the studio: a moved control computes them again, in place."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
from PIL import Image

from helpers.readable import unreadable
from helpers.studios import started

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no chromium")

SLOW = 120_000
"""Milliseconds for what PyTorch computes beside other tests."""


class Served(NamedTuple):
    """A studio that is being served."""

    process: "subprocess.Popen[str]"
    address: str
    token: str


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("studio") / "runs"
    (folder / "mine").mkdir(parents=True)
    (folder / "mine" / "config.json").write_text('{"recipe": "dcgan-digits"}')
    with started(folder, "--port", "0") as (process, host, port, token):
        yield Served(process, f"http://{host}:{port}", token)


@pytest.fixture(scope="module", autouse=True)
def patience() -> None:
    playwright.expect.set_options(timeout=SLOW)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def page(browser: Any, said: list[str]) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(SLOW)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on(
        "console",
        lambda message: said.append(message.text) if message.type == "error" else None,
    )
    yield opened
    context.close()
    assert not said


def visit(page: Any, studio: Served, path: str) -> None:
    page.goto(f"{studio.address}{path}#token={studio.token}")


def test_a_lesson_is_found_opened_and_followed_by_its_controls(page: Any, studio: Served) -> None:
    visit(page, studio, "/learn")
    page.get_by_role("searchbox").fill("generator paid")
    page.wait_for_function("document.querySelectorAll('.learn-card').length === 1")
    assert not unreadable(page)
    page.locator(".learn-card").click()
    answer = page.locator(".lesson .answer")
    assert answer.inner_text().startswith("At a logit of -5,")
    page.locator(".lesson details summary").first.click()
    page.evaluate("scrollTo(0, 300)")
    slider = page.get_by_label("logit, slider")
    slider.focus()
    page.keyboard.press("Home")
    playwright.expect(answer).to_contain_text("At a logit of -100,")
    page.wait_for_url("**/learn/losses?logit=-100")
    assert page.locator(".lesson details").first.get_attribute("open") is not None
    assert page.evaluate("scrollY") == 300
    assert page.locator(".command code").inner_text() == "zerosum learn losses --logit -100"
    page.reload()
    assert page.locator("#control-logit").input_value() == "-100"
    assert answer.inner_text().startswith("At a logit of -100,")
    page.locator("[rel=next]").click()
    page.go_back()
    playwright.expect(answer).to_contain_text("At a logit of -100,", timeout=SLOW)


def test_what_is_wrong_stands_at_its_control_and_the_result_stays(
    page: Any, studio: Served
) -> None:
    visit(page, studio, "/learn/losses")
    page.wait_for_selector(".lesson .answer")
    page.locator("#control-logit").fill("1000")
    error = page.locator("#control-logit-error")
    playwright.expect(error).to_have_text("logit must be between -100 and 100, got 1000.")
    assert page.locator("#control-logit").get_attribute("aria-invalid") == "true"
    assert page.locator(".lesson .answer").inner_text().startswith("At a logit of -5,")
    page.locator("#control-logit").fill("2")
    playwright.expect(page.locator(".lesson .answer")).to_contain_text("At a logit of 2,")
    assert error.is_hidden()


def test_an_animation_keeps_its_frame(page: Any, studio: Served) -> None:
    visit(page, studio, "/learn/saddle")
    page.wait_for_selector(".lesson .player")
    frame = page.locator(".lesson .player input").first
    frame.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    before = page.locator(".lesson .answer").inner_text()
    page.locator("#control-step_size").fill("0.2")
    playwright.expect(page.locator(".lesson .answer")).not_to_have_text(before)
    assert frame.input_value() == "1"
    shown = page.locator(".animation").first.locator("[data-frame]:not([hidden])")
    assert {each.get_attribute("data-frame") for each in shown.all()} == {"1"}


def test_points_and_matrices_are_drawn(page: Any, studio: Served) -> None:
    visit(page, studio, "/learn/equilibrium?game=own&rows=1+0%3B+0+1")
    page.wait_for_selector(".lesson .answer")
    page.locator("#control-rows-0-1").fill("5")
    playwright.expect(page.locator(".command code")).to_contain_text("'1 5; 0 1'")
    assert not unreadable(page)
    visit(page, studio, "/learn/distributions?target=own&rounds=2")
    page.locator("#control-points").focus()
    for key in ("ArrowRight", "Enter", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    told = page.locator(".command code")
    playwright.expect(told).to_contain_text("--points '[[0.1,0],[0.1,0.1]]'")
    page.reload()
    page.wait_for_selector(".lesson .answer")
    assert page.locator("#control-points circle").count() == 2


def test_a_long_computation_is_stopped(page: Any, studio: Served) -> None:
    [worker] = psutil.Process(studio.process.pid).children()
    visit(page, studio, "/learn/checkpoint?ahead=100&batch_size=256")
    stop = page.get_by_role("button", name="Stop")
    stop.wait_for()
    assert page.locator(".learn-state progress").is_visible()
    stop.click()
    playwright.expect(page.locator(".learn-state")).to_contain_text("Stopped.")
    page.get_by_role("link", name=re.compile("What the generator is paid for")).click()
    playwright.expect(page.locator(".lesson .answer")).to_contain_text("At a logit of -5,")
    # It was cancelled, and not killed: whoever is still warm is quick.
    assert psutil.Process(studio.process.pid).children() == [worker]


def test_a_run_is_looked_at_from_a_link(page: Any, studio: Served) -> None:
    visit(page, studio, "/learn/network?network=mine")
    error = page.locator("#control-network-error")
    playwright.expect(error).not_to_be_empty(timeout=SLOW)
    assert page.locator("#control-network").input_value() == "mine"


def test_the_worker_killed_in_between_is_not_noticed(page: Any, studio: Served) -> None:
    visit(page, studio, "/learn/losses?logit=3")
    playwright.expect(page.locator(".lesson .answer")).to_contain_text("At a logit of 3,")
    [worker] = psutil.Process(studio.process.pid).children()
    worker.kill()
    page.locator("#control-logit").fill("4")
    playwright.expect(page.locator(".lesson .answer")).to_contain_text(
        "At a logit of 4,", timeout=SLOW
    )


def test_a_lesson_fits_a_phone(browser: Any, studio: Served) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, color_scheme="dark"
    )
    page = context.new_page()
    visit(page, studio, "/learn/convolution")
    page.wait_for_selector(".lesson .answer", timeout=SLOW)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not unreadable(page)
    context.close()


def test_a_picture_of_one_s_own_is_looked_at(page: Any, studio: Served, tmp_path: Path) -> None:
    picture = tmp_path / "my cat, #1.png"
    Image.new("RGB", (300, 200), (200, 30, 30)).save(picture)
    visit(page, studio, "/learn/convolution?side=64")
    page.wait_for_selector(".lesson .answer")
    page.locator("#control-picture").set_input_files(picture)
    told = re.compile(r"--picture \S+/uploads/lessons/my-cat-1-\w+\.png")
    playwright.expect(page.locator(".command code")).to_contain_text(told)
    page.get_by_role("button", name="Take the packaged one").click()
    playwright.expect(page.locator(".command code")).not_to_contain_text("--picture")
