"""What goes wrong on pages that use networks is said there, and the next thing works again."""

import re
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import compress, crc32

import pytest

from helpers.quick_runs import KINDS
from helpers.studio_pages import Reader, Served
from helpers.studio_runs import make_shown
from zerosum import jobs
from zerosum.config import change
from zerosum.files import replace_atomically

SHOWN = "document.querySelector('.play-figure img')?.src"


@pytest.fixture(scope="module")
def runs(common: Served) -> Path:
    """Two generators that differ in how long they were trained, and a run that has none."""
    config = change(KINDS["generation"](common.runs), {"evaluate_every": 0})
    lengths = {"tiny": 32, "longer": 64}

    def train(run: Path) -> None:
        jobs.train_run(change(config, {"images": lengths[run.name]}), out=run, quiet=True)

    for name in lengths:
        common.add(name, train)
    fresh = common.add("fresh", make_shown)
    (fresh / "checkpoints" / "latest.safetensors").unlink(missing_ok=True)
    return common.runs


@pytest.fixture
def reader(browser: Any, common: Served, runs: Path) -> Iterator[Reader]:
    """Who meets what goes wrong."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Reader(context.new_page(), common.origin, token=common.token)
    context.close()


def shown(reader: Reader, *, before: str = "") -> str:
    """The picture on the page Play, as soon as it is another one than before."""
    reader.until(f"{SHOWN}?.startsWith('data:') && {SHOWN} !== '{before}'")
    picture: str = reader.page.evaluate(SHOWN)
    return picture


def replace(checkpoint: Path, content: bytes) -> None:
    """As trainings do: it is the old one, or the new one."""
    with replace_atomically(checkpoint) as part:
        part.write_bytes(content)


def test_a_run_that_has_saved_nothing_yet_is_told_from_one_for_others(reader: Reader) -> None:
    reader.go("/play/fresh")
    reader.read("This page cannot use that network")
    reader.read(re.compile("fresh has no checkpoint yet"))
    reader.go("/translate/tiny")
    reader.read(re.compile("tiny does not translate pictures: what it does is to make pictures"))
    reader.press("link", "Play")
    assert shown(reader)


def test_weights_that_are_replaced_are_played_with_next(reader: Reader, runs: Path) -> None:
    latest = runs / "tiny" / "checkpoints" / "latest.safetensors"
    kept = latest.read_bytes()
    reader.go("/play/tiny?seed=1")
    before = shown(reader)
    reader.read("32 images seen")
    replace(latest, (runs / "longer" / "checkpoints" / "latest.safetensors").read_bytes())
    reader.press("button", "Another")
    after = shown(reader, before=before)
    reader.read("64 images seen")
    assert not reader.wrong
    replace(latest, kept[:1000])
    reader.press("button", "Another")
    reader.read(re.compile("latest.safetensors"))
    replace(latest, kept)
    reader.press("button", "Another")
    shown(reader, before=after)
    reader.page.get_by_role("alert").wait_for(state="detached")


def picture_of(width: int, height: int, *, whole: bool) -> bytes:
    """A black PNG that is small for what it says it holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = compress(bytes(width + 1) * height if whole else b"")
    parts = [(b"IHDR", head), (b"IDAT", rows), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_pictures_that_are_too_large_are_refused_and_the_next_is_taken(
    reader: Reader, tmp_path: Path
) -> None:
    reader.go("/attack/@digits")
    reader.see("img", re.compile("the result$"), exact=False)
    sent = reader.page.locator(".use-drop input[type=file]")
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(2**31 + 1)  # Takes no place on the disk.
    sent.set_input_files(tmp_path / "huge.png")
    reader.read(re.compile("The request is too large"))
    bombs = {
        "bomb.png": picture_of(12_000, 12_000, whole=True),
        "vast.png": picture_of(2**31 - 1, 2**31 - 1, whole=False),
        "small.png": picture_of(28, 28, whole=True),
    }
    for name, content in bombs.items():
        sent.set_input_files({"name": name, "mimeType": "image/png", "buffer": content})
        if name != "small.png":
            reader.read(re.compile(rf"refused,\s+such as {name}"))
    reader.page.get_by_text("refused").wait_for(state="detached")
    reader.until("document.querySelectorAll('.use-examples [aria-pressed=true]').length === 0")
    assert all("413" in each for each in reader.wrong)


def test_a_run_that_is_deleted_is_missed_where_it_was_used(reader: Reader, runs: Path) -> None:
    shutil.copytree(runs / "longer", runs / "gone")
    reader.go("/play/gone?seed=1")
    shown(reader)
    reader.press("button", "Save")
    reader.press("button", re.compile("^Open seed 1"))
    reader.until("location.search.includes('saved=')")
    link = reader.page.url
    shutil.rmtree(runs / "gone")
    reader.press("button", "Another")
    reader.read(re.compile("there is no run gone"))
    reader.page.goto(link)
    reader.read("This page cannot use that network")
    reader.read(re.compile("there is no run gone"))
    reader.press("link", "What can be used")
    reader.see("heading", "Use")
