from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zerosum.errors import ConfigError
from zerosum.media.pages import write_page

VOID = ("meta", "img")


class Reader(HTMLParser):
    """Reads a page, and makes sure that its tags are nested rightly."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.images: list[dict[str, str]] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.images.append(found)
        self.links += [found[name] for name in ("href", "src") if name in found]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open[-1] != "style":
            self.text.append(data)


def pixels_of(image: dict[str, str]) -> Image.Image:
    head, _, data = image["src"].partition(",")
    assert head == "data:image/png;base64"
    picture = Image.open(BytesIO(b64decode(data)))
    picture.load()
    return picture


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels).convert(mode)


def test_a_page_stands_for_itself(tmp_path: Path) -> None:
    facts = {"run": "<b>&", "direction": "a2b"}
    path = tmp_path / "new" / "look.html"
    with write_page(path, title='"A" & {b}', columns=("in", "<out>"), facts=facts) as page:
        page.row("<script>alert(1)</script>", [noise(200, 150), noise(150, 200)])
        page.row("\udcff.png", [noise(200, 150), noise(150, 200)])
        page.note("1 < 2")
    read = Reader(path)
    assert len(read.images) == 4
    assert all(link.startswith("data:image/png;base64,") for link in read.links)
    for text in ('"A" & {b}', "<b>&", "<out>", "<script>alert(1)</script>", "1 < 2"):
        assert text in read.text
    html = path.read_text(encoding="utf-8")
    for text in ("prefers-color-scheme: dark", 'name="viewport"', "repeat(2,"):
        assert text in html
    assert "http" not in html


@pytest.mark.parametrize(
    ("size", "kept", "shown"),
    [
        ((28, 20), (28, 20), (252, 180)),
        ((127, 5), (127, 5), (254, 10)),
        ((128, 128), (128, 128), (128, 128)),
        ((512, 300), (512, 300), (512, 300)),
        ((1024, 512), (512, 256), (512, 256)),
        ((1, 1), (1, 1), (256, 256)),
    ],
)
def test_small_pictures_are_shown_large_and_large_ones_are_shrunk(
    size: tuple[int, int], kept: tuple[int, int], shown: tuple[int, int], tmp_path: Path
) -> None:
    picture = noise(*size)
    with write_page(tmp_path / "look.html", title="t", columns=("one",)) as page:
        page.row("1", [picture])
    (image,) = Reader(tmp_path / "look.html").images
    found = pixels_of(image)
    assert found.size == kept
    assert (int(image["width"]), int(image["height"])) == shown
    assert (image.get("class") == "small") == (shown > kept)
    if kept == size:
        assert np.array_equal(np.asarray(found), np.asarray(picture))
    assert picture.size == size


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_every_mode_can_be_shown(mode: str, tmp_path: Path) -> None:
    with write_page(tmp_path / "look.html", title="t", columns=("one",)) as page:
        page.row("1", [noise(600, 20, mode)])
    assert pixels_of(Reader(tmp_path / "look.html").images[0]).size[0] == 512


def test_rows_go_to_disk_as_they_come_and_half_a_page_is_none(tmp_path: Path) -> None:
    path = tmp_path / "look.html"
    path.write_text("old")
    sizes: list[int] = []

    def interrupted() -> None:
        with write_page(path, title="t", columns=("one",)) as page:
            for number in range(3):
                page.row(str(number), [noise(300, 300)])
                sizes.append(max(file.stat().st_size for file in tmp_path.iterdir()))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert sizes[0] < sizes[1] < sizes[2]
    assert [file.name for file in tmp_path.iterdir()] == ["look.html"]
    assert path.read_text() == "old"


def test_what_is_no_page(tmp_path: Path) -> None:
    (tmp_path / "folder.html").mkdir()
    for name, message in (("look.png", r"ends in \.html"), ("folder.html", "is a folder")):
        with pytest.raises(ConfigError, match=message):  # noqa: SIM117
            with write_page(tmp_path / name, title="t", columns=("one",)):
                pytest.fail("entered")
