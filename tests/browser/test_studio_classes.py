"""Classes and domains in the browser: a count opens its pictures, and a point its picture."""

import os
import re
from pathlib import Path

import pytest

from helpers.readable import assert_fit_for_all
from helpers.studio_pages import Reader, Served
from helpers.two_domains import adapting
from zerosum import jobs


@pytest.fixture(scope="module", autouse=True)
def adapted(common: Served) -> None:
    fields = {"game.labels_per_class": 4, "evaluate_every": 16}
    config = adapting(common.runs.parent, **fields)
    common.add("adapted", lambda run: jobs.train_run(config, out=run, quiet=True))


def count_in(reader: Reader, pattern: str) -> int:
    found = re.search(pattern, reader.page.locator("[role=tabpanel]").inner_text())
    assert found, pattern
    return int(found[1].replace(",", ""))


def test_a_cell_leads_to_its_pictures_and_the_address_brings_them_back(reader: Reader) -> None:
    page = reader.page
    reader.go("/classes/adapted")
    reader.see("button", re.compile("right in the target"), exact=False)
    assert_fit_for_all(reader.page)
    wrong = page.locator(".classes-matrix td:not(.right) button:not([aria-disabled=true])").first
    label = wrong.get_attribute("aria-label")
    # The cells are one stop of the tabulator, and arrow keys go on from there.
    page.locator(".classes-matrix button[tabindex='0']").focus()
    row, column = wrong.evaluate(
        "it => [it.closest('tr').rowIndex - 1, it.closest('td').cellIndex - 1]"
    )
    for key in ["ArrowDown"] * row + ["ArrowRight"] * column:
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == label
    page.keyboard.press("Enter")
    reader.read(re.compile(r"\d+ mistakes?, those"))
    mistakes = count_in(reader, r"(\d+) mistake")
    assert label.endswith(f": {mistakes} picture{'' if mistakes == 1 else 's'}")
    pictures = page.locator(".classes-pictures button")
    assert pictures.count() == mistakes
    assert f"true={label[0]}" in page.url
    pictures.first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(f"1 of {mistakes}").wait_for()
    page.keyboard.press("End")
    dialog.get_by_text(f"{mistakes} of {mistakes}").wait_for()
    assert dialog.locator(".classes-probable tr").count() == 2
    page.keyboard.press("Escape")
    page.reload()
    reader.read(re.compile(rf"^\s*{mistakes} mistake"))
    reader.press("button", "Right")
    reader.read("No right answers of this kind.")


def test_a_point_of_the_map_shows_its_picture(reader: Reader) -> None:
    page = reader.page
    reader.go("/classes/adapted?tab=map")
    plot = reader.see("application", re.compile("Map of 40 pictures"), exact=False)
    plot.focus()
    side = page.get_by_role("complementary", name="The picture at the point")
    page.keyboard.press("ArrowRight")
    side.get_by_role("img").wait_for()
    box = plot.bounding_box()
    seen = set()
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        chosen = page.locator(".classes-plot .chosen")
        seen.add((chosen.get_attribute("cx"), chosen.get_attribute("cy")))
    assert len(seen) > 2
    assert page.locator(".classes-plot .crosses").count() == 2
    reader.press("button", "By domain")
    reader.until("document.querySelectorAll('.classes-plot .crosses').length === 1")
    assert plot.bounding_box() == box
    assert_fit_for_all(reader.page)


def test_weights_that_are_saved_meanwhile_are_told_of(reader: Reader, common: Served) -> None:
    reader.go("/classes/adapted?tab=pictures&domain=source&answers=right")
    reader.read(re.compile("right answer"))
    os.utime(common.runs / "adapted" / "checkpoints" / "latest.safetensors")
    reader.press("button", "Mistakes")
    reader.read(re.compile("saved since"))
    reader.press("button", "Test again")
    reader.page.get_by_text("saved since").wait_for(state="detached")
    reader.see("button", re.compile("right in the source"), exact=False)


def test_labels_are_shown_and_the_digits_need_no_run(reader: Reader) -> None:
    reader.go("/classes/adapted?tab=labels")
    reader.read(re.compile("8 labels, 4 of each class"))
    assert reader.page.get_by_alt_text(re.compile("Labelled")).count() == 8
    assert reader.page.locator(".classes-curve tbody tr").count() == 1
    assert_fit_for_all(reader.page)
    reader.go("/classes/@digits")
    reader.read(re.compile("learnt from these very pictures"))
    assert reader.page.get_by_role("tab", name="Labels").count() == 0


def test_pictures_that_are_gone_are_named(reader: Reader, common: Served) -> None:
    data = common.runs.parent / "light.npz"
    moved: Path = data.rename(data.with_suffix(".moved"))
    reader.go("/classes/adapted?checkpoint=best")
    reader.read(re.compile("light.npz does not exist"))
    moved.rename(data)
    reader.press("button", "Try again")
    reader.see("button", re.compile("right in the target"), exact=False)
