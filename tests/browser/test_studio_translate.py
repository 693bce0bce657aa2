"""Translate: a picture beside its translation, saved and found again; and a folder as a job."""

from pathlib import Path

import pytest
from PIL import Image

from helpers.readable import assert_fit_for_all
from helpers.studio_pages import Reader, Served

AT = "getComputedStyle(document.querySelector('.split')).getPropertyValue('--at')"
PICTURE = "document.querySelector('.split img').src"


@pytest.fixture(autouse=True)
def without_motion(reader: Reader, cycle: Path) -> None:
    reader.page.emulate_media(reduced_motion="reduce")


def test_a_picture_is_translated_saved_and_found_again(
    reader: Reader, common: Served, tmp_path: Path
) -> None:
    page = reader.page
    reader.go("/translate")
    page.wait_for_selector(".split")  # Of the run's own data, without a click.
    Image.effect_noise((40, 30), 90).save(tmp_path / "mine.png")
    page.set_input_files("input[type=file]", tmp_path / "mine.png")
    reader.read("40 × 30 pixels")
    reader.press("button", "negatives → digits")
    reader.press("button", "There and back")
    page.get_by_role("slider").focus()
    before = float(page.evaluate(AT))
    page.keyboard.press("ArrowLeft")
    assert float(page.evaluate(AT)) == before - 1
    assert_fit_for_all(page, "light")
    shown = page.evaluate(PICTURE)
    reader.press("button", "Save")
    page.wait_for_selector(".use-saved li")
    (saved,) = common.call("GET", "/networks/cycle/saved")["saved"]
    assert (saved["state"]["direction"], saved["state"]["right"]) == ("b2a", "back")
    reader.until(f"location.search.includes('saved={saved['id']}')")
    page.reload()
    reader.until(f"document.querySelector('.split') && {PICTURE} === '{shown}'")
    assert float(page.evaluate(AT)) == before - 1


def test_a_folder_is_a_job_with_a_page_of_its_results(reader: Reader, common: Served) -> None:
    page = reader.page
    reader.go("/translate/cycle")
    page.get_by_text("Translate a whole folder").click()
    reader.press("button", "Use this folder")
    reader.press("button", "Translate: digits → negatives")
    page.wait_for_url("**/results/cycle?set=*")
    # Without a reload, as the job makes them.
    reader.until("document.querySelectorAll('.results-strip li').length === 2")
    reader.read("finished")
    page.get_by_role("button", name="The next one").click()
    reader.read("2 of 2")
    assert "picture=" in page.url
    assert_fit_for_all(page, "dark")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download all").click()
    assert begun.value.suggested_filename == "cycle-digits2negatives-a2b.zip"
    reader.go("/queue")
    reader.press("link", "Results of Translate with cycle")
    reader.press("button", "Delete")
    page.locator("dialog").get_by_role("button", name="Delete").click()
    reader.read("Nothing has been made yet")
    assert common.call("GET", "/networks/cycle/results") == {"sets": []}
