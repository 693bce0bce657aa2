import struct
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console

from helpers.command_line import call
from zerosum.data import audit
from zerosum.data.ledger import Ledger
from zerosum.data.report import draw_audit, render
from zerosum.data.sources.arrays import ArraySource
from zerosum.errors import ConfigError, DataError

Maker = Callable[..., Path]


def text_of(*specs: Path | str) -> str:
    console = Console(file=StringIO(), width=200)
    render(audit(*map(str, specs)), console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.fixture
def leaking(tmp_path: Path, make_picture: Maker) -> Path:
    """Six pictures to train on, one of them three times; one of two to test on is among them."""
    folder = tmp_path / "leaking"
    for index in range(4):
        make_picture(folder / "train" / "cat" / f"{index}.png", seed=index)
    make_picture(folder / "train" / "dog" / "again.png", seed=0)
    make_picture(folder / "train" / "dog" / "more.bmp", seed=0)
    make_picture(folder / "test" / "cat" / "known.png", seed=2)
    make_picture(folder / "test" / "cat" / "new.png", seed=50, size=(20, 10), mode="L")
    (folder / "train" / "dog" / "broken.jpg").write_text("no")
    (folder / "train" / "dog" / "list.csv").write_text("no")
    return folder


def test_everything_is_counted(leaking: Path) -> None:
    train, test = audit(str(leaking)).parts
    assert (train.split, train.count, train.readable) == ("train", 7, 6)
    assert train.classes == (("cat", 4), ("dog", 2))
    assert train.sizes == (((16, 16), 6),)
    assert train.modes == (("RGB", 6),)
    assert (train.low, train.high) == (0, 255)
    assert test.sizes == (((16, 16), 1), ((20, 10), 1))
    assert test.modes == (("L", 1), ("RGB", 1))
    assert (test.size_count, test.surplus, test.duplicates) == (2, 0, ())


def test_unreadable_files_are_named(leaking: Path) -> None:
    train = audit(str(leaking)).parts[0]
    assert train.unreadable_count == 2
    assert {name for name, _ in train.unreadable} == {
        "train/dog/broken.jpg",
        "train/dog/list.csv",
    }


def test_exact_duplicates_are_found_across_file_formats(leaking: Path) -> None:
    train = audit(str(leaking)).parts[0]
    assert train.surplus == 2
    assert [group.count for group in train.duplicates] == [3]
    assert set(train.duplicates[0].names) == {
        "train/cat/0.png",
        "train/dog/again.png",
        "train/dog/more.bmp",
    }


def test_leaks_are_found_and_only_they(leaking: Path, make_picture: Maker) -> None:
    (leak,) = audit(str(leaking)).shared
    assert (leak.first, leak.second, leak.count) == ("train", "test", 1)
    assert leak.examples == (("train/cat/2.png", "test/cat/known.png"),)
    make_picture(leaking / "test" / "cat" / "known.png", seed=51)
    assert audit(str(leaking)).shared == ()


def test_one_changed_pixel_is_no_duplicate(tmp_path: Path) -> None:
    for index in range(2):
        pixels = np.zeros((8, 8, 3), np.uint8)
        pixels[0, 0, 0] = index
        Image.fromarray(pixels).save(tmp_path / f"{index}.png")
    assert audit(str(tmp_path)).parts[0].surplus == 0


def test_palettes_are_compared_by_colour(tmp_path: Path) -> None:
    for index, colour in enumerate(((255, 0, 0), (0, 255, 0))):
        Image.new("RGB", (8, 8), colour).quantize(4).save(tmp_path / f"{index}.png")
    assert audit(str(tmp_path)).parts[0].surplus == 0


def test_two_domains_are_audited_together(tmp_path: Path, make_picture: Maker) -> None:
    for number, part in enumerate(("trainA", "trainB", "testA", "testB")):
        make_picture(tmp_path / part / "own.png", seed=number)
        make_picture(tmp_path / part / "more.png", seed=10 + number)
    make_picture(tmp_path / "trainB" / "both.png", seed=0)
    found = audit(str(tmp_path))
    assert [(part.split, part.count) for part in found.parts] == [
        ("trainA", 2),
        ("trainB", 3),
        ("testA", 2),
        ("testB", 2),
    ]
    assert [(pair.first, pair.second, pair.count) for pair in found.shared] == [
        ("trainA", "trainB", 1)
    ]
    assert "stand in trainA and in trainB: in both domains\n" in text_of(tmp_path)


def test_the_text_names_what_matters(leaking: Path) -> None:
    text = text_of(leaking)
    for expected in (
        "7 pictures in train, 2 pictures in test",
        "6 of 7",
        "cat: 4, dog: 2",
        "0 to 255",
        "2 files are left out",
        "train/dog/broken.jpg: not a picture in a known format",
        "2 pictures could go",
        "1 pictures stand in train and in test: a leak",
    ):
        assert expected in text


def test_names_are_not_taken_for_markup(tmp_path: Path, make_picture: Maker) -> None:
    make_picture(tmp_path / "[red]" / "a.png")
    make_picture(tmp_path / "b" / "a.png", seed=1)
    assert "[red]: 1, b: 1" in text_of(tmp_path)


def test_progress_reaches_the_end() -> None:
    seen: list[tuple[int, int]] = []
    audit("digits", progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (5000, 5000)


def test_nothing_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no pictures"):
        audit(str(tmp_path))
    with pytest.raises(DataError, match="no data set"):
        audit("digitz")


def test_the_picture_shows_every_split(leaking: Path, tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    draw_audit((str(leaking),), path, columns=4, rows=2, cell=32)
    with Image.open(path) as sheet:
        assert sheet.size == (4 * 34 + 2, (2 * 34 + 2) + (34 + 2))
        first = np.asarray(sheet)[2:34, 2:34]
    with Image.open(leaking / "train" / "cat" / "0.png") as shown:
        assert np.array_equal(first[::2, ::2], np.asarray(shown))


MODES = (
    *("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "LAB"),
    *("HSV", "I;16", "I;16B", "I", "F"),
)


class Made(ArraySource):
    """One picture of any mode, kept as the decoder would hand it over."""

    def __init__(self, image: Image.Image) -> None:
        super().__init__("made", origin="here", load=lambda: (np.zeros((1, 1, 1), np.uint8), None))
        self.image = image

    def read(self, index: int) -> Image.Image:
        return self.image


@settings(max_examples=120, deadline=None)
@given(mode=st.sampled_from(MODES), seed=st.integers(0, 99), kind=st.sampled_from(["TIFF", "PNG"]))
def test_every_mode_is_audited_and_drawn_or_named(mode: str, seed: int, kind: str) -> None:
    """Whatever numbers a file holds, NaN and infinity among them."""
    zeros = Image.new(mode, (6, 4))
    values = np.random.default_rng(seed).bytes(len(zeros.tobytes()))
    image = Image.frombytes(mode, (6, 4), values)
    buffer = BytesIO()
    try:
        image.save(buffer, kind)
    except OSError:  # it has no such mode
        return
    with TemporaryDirectory() as place:
        Path(place, "1.png").write_bytes(buffer.getvalue())
        (part,) = audit(place).parts
        assert part.readable + part.unreadable_count == 1
        assert (part.readable == 0) == (mode == "F" or (mode == "I" and kind == "TIFF"))
        assert 0 <= part.low <= part.high <= 65535
        draw_audit((place,), Path(place, "sheet.png"), columns=1, rows=1, cell=8)


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode not in ("I", "F", "I;16B")])
def test_every_mode_that_a_decoder_hands_over_is_summed_up(mode: str) -> None:
    source = Made(Image.new(mode, (6, 4)))
    ledger = Ledger()
    ledger.add("train", source, 0)
    assert ledger.part("train", source).readable == 1


def test_grey_of_sixteen_bits_is_drawn_in_its_shades(tmp_path: Path) -> None:
    shades = np.full((8, 8), 40 * 257, np.uint16)
    Image.fromarray(shades).save(tmp_path / "1.png")
    draw_audit((str(tmp_path),), tmp_path / "sheet.png", columns=1, rows=1, cell=8)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.getpixel((6, 6)) == (40, 40, 40)


def test_the_limit_on_pixels_can_be_raised(
    tmp_path: Path, make_picture: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    make_picture(tmp_path / "photos/1.png", size=(20, 10))
    folder = str(tmp_path / "photos")
    assert audit(folder, pixel_limit=200).parts[0].readable == 1
    assert "--pixel-limit" in audit(folder, pixel_limit=199).parts[0].unreadable[0][1]
    assert call("data", "inspect", folder, "--pixel-limit", "199") == 0
    assert "refused as a decompression bomb" in capsys.readouterr().out


def test_commands_do_not_repeat_what_pillow_says_of_metadata(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here warnings are errors, and the picture would be named as unreadable."""
    entry = struct.pack("<HHII", 0x010F, 2, 1000, 5000)  # words beyond the end
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 1) + entry + bytes(4)
    Image.new("RGB", (8, 8)).save(tmp_path / "1.jpg", exif=exif)
    assert audit(str(tmp_path)).parts[0].readable == 0
    assert call("data", "inspect", str(tmp_path)) == 0
    printed = capsys.readouterr()
    assert "1 of 1" in printed.out
    assert printed.err == ""


@pytest.mark.parametrize("bad", [{"columns": 0}, {"rows": -1}, {"cell": 0}])
def test_impossible_sheets_are_refused(tmp_path: Path, bad: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        draw_audit(("digits",), tmp_path / "x.png", **bad)


# several sources


def test_pictures_that_stand_in_two_sources_are_found(tmp_path: Path, make_picture: Maker) -> None:
    a, b = tmp_path / "photos", tmp_path / "paintings"
    for seed in range(3):
        make_picture(a / f"{seed}.png", seed=seed)
        make_picture(b / f"{seed}.png", seed=10 + seed)
    make_picture(b / "photo.bmp", seed=1)
    found = audit(str(a), str(b))
    assert [(part.split, part.count) for part in found.parts] == [
        (f"{a} train", 3),
        (f"{b} train", 4),
    ]
    (pair,) = found.shared
    assert (pair.count, pair.examples) == (1, (("1.png", "photo.bmp"),))
    text = text_of(a, b)
    assert f"{a}, {b}: 3 pictures in {a} train, 4 pictures in {b} train\n" in text
    assert f"1 pictures stand in {a} train and in {b} train\n" in text
    assert "  1.png = photo.bmp\n" in text


def test_leaks_within_one_of_several_sources_are_still_called_so(leaking: Path) -> None:
    text = text_of(leaking, "digits")
    assert f"1 pictures stand in {leaking} train and in {leaking} test: a leak\n" in text


def test_test_pictures_of_one_source_that_another_trains_on_are_listed(
    leaking: Path, tmp_path: Path, make_picture: Maker
) -> None:
    make_picture(tmp_path / "other" / "1.png", seed=50, size=(20, 10), mode="L")
    (within, across) = audit(str(leaking), str(tmp_path / "other")).shared
    assert (within.first, across.first) == (f"{leaking} train", f"{leaking} test")


def test_unreadable_files_are_listed_under_their_own_source(leaking: Path) -> None:
    found = audit("digits", str(leaking))
    assert [part.unreadable_count for part in found.parts] == [0, 2, 0]


def test_one_source_keeps_its_plain_names() -> None:
    found = audit("digits")
    assert (found.spec, found.parts[0].split) == ("digits", "train")


def test_the_same_source_twice_is_an_error() -> None:
    with pytest.raises(DataError, match="found digits twice"):
        audit("digits", "digits")


def test_the_picture_shows_every_source(leaking: Path, tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    draw_audit((str(leaking), "digits"), path, columns=4, rows=1, cell=32)
    with Image.open(path) as sheet:
        assert sheet.size == (4 * 34 + 2, 3 * (34 + 2))
