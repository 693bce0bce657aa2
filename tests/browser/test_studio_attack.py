"""Classify and attack in the browser: what is moved is seen at once, and kept."""

import re
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from helpers.readable import assert_fit_for_all
from helpers.short_runs import KINDS, start
from helpers.studio_pages import Reader, Served
from zerosum.config import change

MISLED, NOT_MISLED = re.compile("misleads it"), re.compile("does not mislead it within")


@pytest.fixture(scope="module", autouse=True)
def advgan(common: Served) -> None:
    quick = {"images": 8, "evaluate_every": 0, "on_collapse": "warn", "game.epsilon": 0.3}
    narrow = {"game.generator.base_channels": 2, "game.generator.blocks": 1}
    config = change(KINDS["perturbation"](common.runs.parent), {**quick, **narrow})
    common.add("advgan", partial(start, config))


RESULT = "[...document.images].find(({ alt }) => alt.endsWith(': the result'))?.src"


def test_a_slider_moves_the_attack_and_all_of_it_is_kept(reader: Reader) -> None:
    page = reader.page
    reader.go("/attack/@digits")
    reader.read(MISLED)
    assert_fit_for_all(reader.page, "dark", "light")
    slider = reader.see("slider", "Size ε, slider")
    slider.focus()
    page.keyboard.press("Home")
    reader.read(NOT_MISLED)
    assert page.get_by_label("Size ε", exact=True).input_value() == "0"
    page.keyboard.press("End")
    reader.read(re.compile("127 of 255 levels|128 of 255 levels"))
    page.get_by_label("Attack", exact=True).select_option("PGD")
    page.get_by_label("Size ε", exact=True).fill("51/255")
    page.keyboard.press("Enter")
    page.get_by_label("Target", exact=True).select_option("8")
    reader.read("PGD misleads it")
    result = page.get_by_role("group", name="PGD").locator(".attack-bars").last
    reader.until("location.search.includes('target=8')")
    reader.read(re.compile(r"51 of 255 levels"))
    said = result.inner_text()
    assert said.startswith("8")
    picture = page.evaluate(RESULT)
    reader.press("button", "Save")
    page.locator(".use-saved li").get_by_text("→ 8, PGD 0.2").wait_for()
    page.reload()
    reader.until(f"{RESULT} === '{picture}'")
    assert result.inner_text() == said
    page.locator(".use-examples button[aria-pressed=false]").first.click()
    reader.until("!location.search.includes('target=8')")
    reader.press("button", re.compile("^Open .* → 8, PGD 0.2$"))
    reader.until("document.getElementById('attack-target').value === '8'")
    reader.until(f"{RESULT} === '{picture}'")


def test_a_picture_of_ones_own_is_classified_and_derived(reader: Reader, tmp_path: Path) -> None:
    page = reader.page
    Image.new("RGB", (90, 60), "white").save(tmp_path / "white.png")
    (tmp_path / "text.png").write_text("no picture")
    reader.go("/attack/@digits")
    reader.read(MISLED)
    for name in ("text.png", "white.png"):
        page.locator(".use-drop input[type=file]").set_input_files(tmp_path / name)
        if name == "text.png":
            reader.read(re.compile("1 file was refused"))
    reader.until("document.querySelectorAll('.use-examples [aria-pressed=true]').length === 0")
    slope = page.get_by_alt_text(re.compile("^The slope of the loss of"))
    before = slope.get_attribute("src")
    page.get_by_label("∂L/∂X of").select_option("3")
    page.get_by_alt_text("The slope of the loss of 3").wait_for()
    assert slope.get_attribute("src") != before


def test_what_is_gone_is_said_and_another_picture_helps(reader: Reader) -> None:
    reader.go(f"/attack/@digits?picture={'f' * 32}&attack=cw")
    reader.read("that picture is no longer here; choose it again.")
    assert reader.page.get_by_label("Norm").get_by_text("L∞").count() == 0
    reader.page.get_by_label("Attack", exact=True).select_option("FGSM")
    reader.page.locator(".use-examples button").first.click()
    reader.read(re.compile("FGSM (misleads|does not)"))
    assert reader.page.get_by_text("no longer here").count() == 0
    reader.wrong = [each for each in reader.wrong if "404" not in each]


def test_what_a_run_has_learnt_is_tried_on_its_victim(reader: Reader) -> None:
    reader.go("/attack/advgan")
    reader.read(re.compile("advgan (misleads|does not mislead) it"))
    chosen = reader.page.get_by_label("Attack", exact=True).locator("option:checked")
    assert chosen.inner_text() == "advgan"
    assert reader.page.get_by_label("Size ε", exact=True).input_value() == "0.3"
    assert reader.page.get_by_label("Target", exact=True).is_disabled()


def test_many_pictures_are_a_job_whose_report_is_drawn(reader: Reader, common: Served) -> None:
    page = reader.page
    reader.go("/attack/@digits")
    page.get_by_text("Many pictures, as a job").click()
    page.get_by_role("checkbox", name="PGD").uncheck()
    page.get_by_label("How many").fill("0")
    reader.press("button", "Start the job")
    reader.read(re.compile("--count must be"))
    reader.wrong = [each for each in reader.wrong if "422" not in each]  # It is said on the page.
    page.get_by_label("How many").fill("6")
    reader.press("button", "By name")
    reader.press("button", "Start the job")
    reader.read("Choose the pictures first.")
    page.get_by_label("Path, or name of a data set").fill("digits")
    page.get_by_text("Take what it says of them for right").click()
    assert_fit_for_all(reader.page, "light")
    reader.press("button", "Start the job")
    reader.see("heading", "Before and after")
    table = page.get_by_role("group", name="The attacks")
    assert [row.split("\t")[0] for row in table.inner_text().splitlines()[1:]] == ["Noise", "FGSM"]
    assert page.locator(".attack-pairs li").count() == 6
    (job,) = (job for job in common.call("GET", "/queue")["jobs"] if job["kind"] == "attack")
    for words in ("--data digits --attack fgsm --report", "--count 6", "--labels predicted"):
        assert words in job["command"]
    reader.until(
        "[...document.querySelectorAll('.attack-pairs li')].slice(0, 2).every((each) =>"
        " [...each.querySelectorAll('img')].filter((it) => it.naturalWidth === 28).length === 2)"
    )
    assert_fit_for_all(reader.page, "dark")
    with page.expect_download() as download:
        reader.press("link", "The report as one page")
    assert "under attack" in download.value.path().read_text()
