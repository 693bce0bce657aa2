"""New run, as users go through it: by clicks, by keys, by dropping files; narrow and wide."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
import pytest
from PIL import Image

from helpers.readable import unreadable
from helpers.studios import started
from zerosum.recipes import RECIPES
from zerosum.studio.home import Home
from zerosum.studio.times import Times

FOUND = {"seconds": 180.0, "memory": 10**8, "free_memory": 10**10, "disk": 10**7, "notes": []}
FOUND |= {"players": [{"name": "generator", "network": "G", "weights": 1000}]}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    """A studio whose queue is held, so that nothing is trained: address, token, pictures."""
    folder = tmp_path_factory.mktemp("studio")
    photos, runs = folder / "data" / "photos", folder / "runs"
    photos.mkdir(parents=True)
    random = np.random.default_rng(0)
    for number in range(70):
        pixels = random.integers(0, 256, (64, 64, 3), np.uint8)
        Image.fromarray(pixels).save(photos / f"{number}.png")
    times = Times(Home(runs).times)
    for name in RECIPES:  # Measured already, since that takes a while.
        times.note(name, FOUND)
    with started(runs, "--port", "0", "--data", str(folder / "data")) as (_, host, port, token):
        address = f"http://{host}:{port}"
        call(address, token, "/queue/pause")
        yield address, token, photos


def call(address: str, token: str, path: str) -> Any:
    """What the API answers to a POST."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = Request(f"{address}/api/v1{path}", b"{}", headers, method="POST")
    with urlopen(request) as answer:
        return json.load(answer)


@contextmanager
def opened(browser: Any, studio: tuple[str, str, Path], path: str, **how: Any) -> Iterator[Any]:
    """A page of the studio, where nothing may go wrong unseen."""
    address, token, _ = studio
    context = browser.new_context(**{"viewport": {"width": 1200, "height": 800}, **how})
    page = context.new_page()
    page.set_default_timeout(30_000)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.route("**/estimate", lambda route: route.fulfill(json=FOUND))
    page.goto(f"{address}{path}#token={token}")
    try:
        yield page
        assert not said
    finally:
        context.close()


def test_ones_own_pictures_are_queued_by_five_clicks(browser: Any, studio: Any) -> None:
    with opened(browser, studio, "/") as page:
        for click in (
            "nav >> text=New run",
            "text=One folder of pictures",
            ".new-card >> nth=0",
            "[aria-label='Use photos']",
        ):
            page.click(click)
        page.wait_for_selector(".new-thumbnails img")
        page.wait_for_selector("text=70 pictures")
        page.wait_for_selector("text=The queue is held")
        page.click(".new-start:not([aria-disabled=true])")
        page.wait_for_url("**/run/dcgan-faces*")


def test_what_is_typed_is_checked_kept_and_reset(browser: Any, studio: Any) -> None:
    with opened(browser, studio, "/new/dcgan-digits?goal=nothing") as page:
        page.wait_for_selector("code:has-text('zerosum train dcgan-digits')")
        page.fill("#field-batch_size", "0")
        fault = page.locator("#field-batch_size-error")
        fault.filter(has_text="batch_size must be greater than 0, got 0").wait_for()
        assert page.get_attribute(".new-start", "aria-disabled") == "true"
        page.fill("#field-batch_size", "16")
        page.fill("#field-images", "2e4")
        shell = "code:has-text('zerosum train dcgan-digits --images 20000 --batch-size 16')"
        page.wait_for_selector(shell)
        page.reload()
        page.wait_for_selector(shell)
        assert page.input_value("#field-images") == "2e4"
        page.click("[aria-label='Reset images']")
        page.click("[aria-label='Reset batch size']")
        page.wait_for_selector("code:text-is('zerosum train dcgan-digits')")


def test_the_time_is_for_the_images_that_are_written_beside_it(browser: Any, studio: Any) -> None:
    with opened(browser, studio, "/new/dcgan-digits?goal=nothing") as page:
        page.wait_for_selector(".new-numbers:has-text('about 3 min, for 200k images')")
        page.fill("#field-batch_size", "0")  # So it is not measured again.
        page.fill("#field-images", "100000")
        page.wait_for_selector(".new-numbers:has-text('about 1 min 30 s, for 100k images')")


def test_all_settings_are_found_by_a_word(browser: Any, studio: Any) -> None:
    with opened(browser, studio, "/new/dcgan-digits?goal=nothing") as page:
        page.fill(".new-search", "dragan weight")
        field = page.locator("#field-game-penalties-dragan-weight")
        field.fill("10")
        page.wait_for_selector("code:has-text('--game.penalties.dragan.weight 10')")
        code = page.locator("#field-game-generator")
        page.fill(".new-search", "game.generator instead")
        assert code.is_disabled()
        page.wait_for_selector("text=start the studio with --allow-code")


def test_two_domains_come_from_two_places_or_one(browser: Any, studio: Any) -> None:
    with opened(browser, studio, "/new/cyclegan-small") as page:
        page.wait_for_selector("h2:has-text('Pictures of domain B')")
        page.wait_for_selector("text=this recipe translates between two sets of pictures")
        page.click("text=One place with trainA and trainB")
        page.wait_for_selector("h2:text-is('Pictures')")
        page.click("[aria-label='Use photos']")
        page.wait_for_selector("code:has-text('cyclegan-small --data ')")


def test_files_are_uploaded_and_what_is_no_picture_is_refused(browser: Any, studio: Any) -> None:
    _, _, photos = studio
    files = [{"name": "broken.png", "mimeType": "image/png", "buffer": b"no picture"}]
    for file in sorted(photos.glob("*.png"))[:20]:
        files.append({"name": file.name, "mimeType": "image/png", "buffer": file.read_bytes()})
    with opened(browser, studio, "/new/dcgan-faces?goal=one-folder") as page:
        page.click("[role=tab] >> text=Upload")
        page.set_input_files("input[type=file] >> nth=0", files)
        page.wait_for_selector("text=20 pictures")
        page.wait_for_selector("text=20 pictures are less than a round")
        page.click(".new-source >> text=Change")
        page.click("[role=tab] >> text=Upload")
        page.wait_for_selector("text=1 file was refused, such as broken.png")
        page.click("[role=tab] >> text=Path")
        page.fill("[id='path-data']", "/etc")
        page.click("form >> text=Use")
        page.wait_for_selector("text=/etc is in none of the folders")


def test_an_archive_is_uploaded_used_again_and_deleted(
    browser: Any, studio: Any, tmp_path: Path
) -> None:
    _, _, photos = studio
    archive = shutil.make_archive(str(tmp_path / "packed"), "zip", photos)
    with opened(browser, studio, "/new/dcgan-faces?goal=one-folder") as page:
        page.click("[role=tab] >> text=Upload")
        page.set_input_files("input[type=file] >> nth=0", [archive])
        page.wait_for_selector("code:has-text('packed.zip')")
        page.wait_for_selector("text=70 pictures")
        lot = Path(page.inner_text(".new-path")).parent.name
        page.click(".new-source >> text=Change")
        page.click("[role=tab] >> text=Folders here")
        page.click("[aria-label='Use photos']")
        page.click(".new-source >> text=Change")
        page.click("[role=tab] >> text=Upload")
        page.click(f"[aria-label='Use {lot}']")
        page.wait_for_selector("code:has-text('packed.zip')")
        page.click(".new-source >> text=Change")
        page.click(f"[aria-label='Delete {lot}']")
        page.click("dialog button:text-is('Delete')")
        page.wait_for_selector(f"[aria-label='Delete {lot}']", state="detached")


def without_times(route: Any) -> None:
    """The recipes as if none had been measured."""
    told = route.fetch().json()
    for each in told["recipes"]:
        each["seconds"] = None
    route.fulfill(json=told)


def test_recipes_on_the_screen_are_measured_one_at_a_time(browser: Any, studio: Any) -> None:
    with opened(browser, studio, "/queue") as page:
        page.wait_for_selector("h1")
        asked: list[Any] = []
        page.route("**/api/v1/recipes", without_times)
        page.route("**/estimate", lambda route: asked.append(route))  # Nobody answers.
        page.goto(f"{studio[0]}/new?goal=labels")
        page.wait_for_selector(".new-card:has-text('classifier') >> text=Measuring")
        page.wait_for_selector("text=To be measured")
        assert len(asked) == 1
        asked[0].fulfill(json=FOUND)
        page.wait_for_selector(".new-card:has-text('classifier') >> text=About 3 min here")
        page.click("text=Stop measuring")
        page.wait_for_selector("text=You stopped measuring")
        assert len(asked) == 2


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("(it) => document.activeElement.matches(it)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_keys_alone_do_it_all(browser: Any, studio: Any) -> None:
    with opened(browser, studio, "/new") as page:
        page.wait_for_selector(".new-goal")
        for selector in (".new-goal", ".new-card", "[aria-label='Use photos']"):
            tab_to(page, selector)
            page.keyboard.press("Enter")
            page.wait_for_timeout(100)
            page.wait_for_selector(
                {".new-goal": ".new-card", ".new-card": "[aria-label='Use photos']"}.get(
                    selector, ".new-thumbnails img"
                )
            )
        tab_to(page, ".new-start")
        page.wait_for_selector(".new-start:not([aria-disabled=true])")
        page.keyboard.press("Enter")
        page.wait_for_url("**/run/dcgan-faces*")


@pytest.mark.parametrize("path", ["/new?goal=one-folder", "/new/advgan"])
def test_it_is_right_at_all_widths_and_for_all_readers(
    browser: Any, studio: Any, path: str
) -> None:
    with opened(browser, studio, path, bypass_csp=True, reduced_motion="reduce") as page:
        page.wait_for_selector(".new-card, .new-start")
        for width in (360, 768, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert not unreadable(page, colours_only=scheme == "dark"), scheme
