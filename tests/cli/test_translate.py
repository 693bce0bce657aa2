"""`zerosum translate` as a user meets it."""

import errno
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
import torch
from PIL import Image

import zerosum
from helpers.command_line import call
from helpers.profiles import SWAPPED, cmyk_profile, grey_profile
from helpers.runs_in_processes import environment
from zerosum.config import (
    ContrastiveConfig,
    CycleConfig,
    GameConfig,
    PatchDiscriminatorConfig,
    ResnetTranslatorConfig,
    RunConfig,
)
from zerosum.data.colours import from_srgb
from zerosum.data.fitting import convert
from zerosum.errors import ConfigError, DataWarning, FileError, RunError
from zerosum.jobs import picture_translator, train_run, translation
from zerosum.jobs.inputs import find_inputs, output_names
from zerosum.media.images import save_png
from zerosum.recipes import recipe

TRANSLATOR = ResnetTranslatorConfig(stem=False, base_channels=4, downsamplings=2, blocks=1)
DISCRIMINATOR = PatchDiscriminatorConfig(base_channels=4, downsamplings=1)
DOMAINS = ("trainA", "trainB", "testA", "testB")


def picture(path: Path, size: tuple[int, int] = (24, 20), mode: str = "RGB") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    seed = sum(f"{path.parent.name}/{path.name}".encode())
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 4), dtype=np.uint8)
    Image.fromarray(pixels).convert(mode).save(path)
    return path


def pixels(path: Path) -> Any:
    with Image.open(path) as image:
        return np.array(image.convert("RGB")).astype(int)


def files_in(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


@pytest.fixture(scope="session")
def domains(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("domains")
    for domain in DOMAINS:
        for number in range(3):
            picture(folder / domain / f"{number}.png")
    return folder


def train(domains: Path, out: Path, *, game: GameConfig | None = None, **pictures: Any) -> Path:
    base = recipe("cyclegan-small")
    config = replace(
        base,
        data=str(domains),
        pictures=replace(base.pictures, size=(16, 16), **pictures),
        game=game or CycleConfig(generator=TRANSLATOR, discriminator=DISCRIMINATOR),
        total_images=4,
        batch_size=2,
        sample_count=2,
        evaluate_every=0,
        device="cpu",
    )
    return train_run(config, out=out, quiet=True).run.path


@pytest.fixture(scope="session")
def run(domains: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(domains, tmp_path_factory.mktemp("runs") / "cycle")


def test_help_teaches_and_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from zerosum.cli import main\n"
        "try: main(['translate', '--help'])\n"
        "except SystemExit as exit: assert not exit.code, exit.code\n"
        "heavy = {'torch', 'torchvision', 'matplotlib', 'numpy', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, env=environment(), capture_output=True, text=True
    )
    for text in ("horse2zebra/", "--direction b2a", "--page", "--tile", "RUN INPUT..."):
        assert text in done.stdout


@pytest.mark.parametrize("direction", ["a2b", "b2a"])
def test_names_are_kept_and_sizes_too(
    direction: str, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture(tmp_path / "photos/a/1.jpg", (37, 21))
    picture(tmp_path / "photos/2.png", (8, 64))
    alone = picture(tmp_path / "3.tiff", (16, 16))
    out = tmp_path / "out"
    words = [str(run), str(tmp_path / "photos"), str(alone), "--direction", direction]
    assert call("translate", *words, "--out", str(out)) == 0
    assert capsys.readouterr().out.strip() == str(out)
    assert files_in(out) == ["2.png", "3.png", "a/1.png"]
    with Image.open(out / "a/1.png") as made:
        assert (made.size, made.mode) == ((37, 21), "RGB")
        facts = {**made.text}  # type: ignore[attr-defined]
    assert facts["zerosum:generated"] == "true"
    assert facts["zerosum:run"] == "cycle"
    assert facts["zerosum:source"] == "a/1.jpg"
    assert facts["zerosum:direction"] == direction
    assert facts["zerosum:images_seen"] == "4"


def test_it_is_what_the_model_makes_of_the_picture(run: Path, tmp_path: Path) -> None:
    path = picture(tmp_path / "1.png", (24, 20))
    done = zerosum.translate(run, path, direction="b2a", out=tmp_path / "out", device="cpu")
    assert (done.count, done.out, done.page, done.failed) == (1, tmp_path / "out", None, ())
    with Image.open(path) as source, Image.open(tmp_path / "out/1.png") as made:
        images = torch.from_numpy(np.array(source)).permute(2, 0, 1)[None] / 127.5 - 1
        found = np.array(made).astype(int)
    expected = zerosum.load(run, kind=zerosum.Translator, device="cpu").translate(
        images, direction="b2a"
    )
    pixels = ((expected[0].permute(1, 2, 0) + 1) * 127.5).round().clamp(0, 255).numpy().astype(int)
    assert np.abs(found - pixels).max() <= 1


def test_by_default_it_is_the_first_direction_and_a_folder_of_the_run(
    run: Path, domains: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("translate", str(run), str(domains)) == 0
    assert files_in(run / "translated-a2b") == [f"testA/{number}.png" for number in range(3)]
    capsys.readouterr()
    assert call("translate", str(run), str(domains)) == 1
    assert "is not empty; choose another with --out NEW" in capsys.readouterr().err


def test_large_pictures_go_through_in_tiles(run: Path, tmp_path: Path) -> None:
    path = picture(tmp_path / "1.png", (201, 130))
    for tile in (32, 256):
        zerosum.translate(run, path, out=tmp_path / str(tile), tile=tile, device="cpu")
    with Image.open(tmp_path / "32/1.png") as tiled, Image.open(tmp_path / "256/1.png") as whole:
        assert tiled.size == whole.size == (201, 130)
        assert np.abs(np.asarray(tiled).astype(int) - np.asarray(whole)).mean() < 16


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_every_mode_comes_to_the_channels_of_the_run(mode: str, run: Path, tmp_path: Path) -> None:
    path = tmp_path / ("1.tiff" if mode in ("CMYK", "I;16") else "1.png")
    if mode == "I;16":
        Image.fromarray(np.arange(480, dtype=np.uint16).reshape(20, 24) * 100).save(path)
    else:
        picture(path, mode=mode)
    done = zerosum.translate(run, path, out=tmp_path / "out", device="cpu")
    assert done.failed == ()
    with Image.open(tmp_path / "out/1.png") as made:
        assert (made.mode, made.size) == ("RGB", (24, 20))


def test_a_run_of_grey_pictures(domains: Path, tmp_path: Path) -> None:
    grey = train(domains, tmp_path / "grey", channels=1)
    zerosum.translate(grey, picture(tmp_path / "1.png"), out=tmp_path / "out", device="cpu")
    with Image.open(tmp_path / "out/1.png") as made:
        assert made.mode == "L"


def test_a_run_of_one_direction(
    domains: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    game = ContrastiveConfig(
        generator=TRANSLATOR, discriminator=DISCRIMINATOR, direction="b2a", places=16
    )
    one_way = str(train(domains, tmp_path / "cut", game=game))
    page = tmp_path / "look.html"
    assert call("translate", one_way, str(domains), "--page", str(page)) == 0
    assert files_in(tmp_path / "cut/translated-b2a") == [f"testB/{i}.png" for i in range(3)]
    html = page.read_text(encoding="utf-8")
    assert "translated back" not in html
    assert html.count("data:image/png;base64,") == 6
    assert call("translate", one_way, str(domains), "--direction", "a2b") == 1
    assert "translates b2a, not a2b" in capsys.readouterr().err


def test_pictures_are_turned_upright(run: Path, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 24)).save(tmp_path / "1.jpg", exif=exif)
    zerosum.translate(run, tmp_path / "1.jpg", out=tmp_path / "out", device="cpu")
    with Image.open(tmp_path / "out/1.png") as made:
        assert made.size == (24, 40)


def test_colours_come_back_in_the_profile_that_they_came_in(
    run: Path, domains: Path, tmp_path: Path
) -> None:
    """The network sees sRGB, and the file keeps its colours' own meaning."""
    path = picture(tmp_path / "plain/1.png")
    with Image.open(path) as plain:
        own = from_srgb(plain.convert("RGB"), SWAPPED)
    assert own is not None
    own.save(tmp_path / "1.png", icc_profile=SWAPPED)
    for name, file in (("plain", path), ("own", tmp_path / "1.png")):
        zerosum.translate(run, file, out=tmp_path / "out" / name, device="cpu")
    with (
        Image.open(tmp_path / "out/plain/1.png") as expected,
        Image.open(tmp_path / "out/own/1.png") as made,
    ):
        assert "icc_profile" not in expected.info
        assert made.info["icc_profile"] == SWAPPED
        assert made.text["zerosum:generated"] == "true"  # type: ignore[attr-defined]
        swapped = np.asarray(expected, dtype=int)[..., [1, 2, 0]]
        # A level may be lost on each way, and the network's slope is not 1.
        assert np.abs(np.asarray(made, dtype=int) - swapped).mean() < 3


@pytest.mark.parametrize("mode", ["CMYK", "L", "RGB"])
def test_a_profile_that_the_translation_cannot_have_is_left_out(
    mode: str, run: Path, tmp_path: Path
) -> None:
    profile = {"CMYK": cmyk_profile(), "L": grey_profile(1.0), "RGB": b"damaged"}[mode]
    path = tmp_path / "1.tif"
    Image.new(mode, (24, 20)).save(path, icc_profile=profile)
    assert zerosum.translate(run, path, out=tmp_path / "out", device="cpu").failed == ()
    with Image.open(tmp_path / "out/1.png") as made:
        assert (made.mode, made.info.get("icc_profile")) == ("RGB", None)


def test_with_the_switch_off_numbers_and_profile_stay_as_they_are(
    domains: Path, tmp_path: Path
) -> None:
    run = train(domains, tmp_path / "run", srgb=False)
    path = picture(tmp_path / "1.png")
    with Image.open(path) as plain:
        plain.save(tmp_path / "own.png", icc_profile=SWAPPED)
    made = []
    for file in (path, tmp_path / "own.png"):
        zerosum.translate(run, file, out=tmp_path / file.stem, device="cpu")
        with Image.open(tmp_path / file.stem / file.name) as picture_made:
            made.append((picture_made.tobytes(), picture_made.info.get("icc_profile")))
    assert made == [(made[0][0], None), (made[0][0], SWAPPED)]


def test_a_grey_run_gives_grey_pictures_their_own_profile(domains: Path, tmp_path: Path) -> None:
    run = train(domains, tmp_path / "run", channels=1)
    profile = grey_profile(1.8)
    Image.new("L", (24, 20), 168).save(tmp_path / "plain.png")
    Image.new("L", (24, 20), 151).save(tmp_path / "own.png", icc_profile=profile)
    Image.new("RGB", (24, 20), (168, 168, 168)).save(tmp_path / "rgb.png", icc_profile=SWAPPED)
    files = [tmp_path / f"{name}.png" for name in ("plain", "own", "rgb")]
    zerosum.translate(run, files, out=tmp_path / "out", device="cpu")
    shades = []
    for name, carried in (("plain", None), ("own", profile), ("rgb", None)):
        with Image.open(tmp_path / "out" / f"{name}.png") as made:
            assert (made.mode, made.info.get("icc_profile")) == ("L", carried)
            shades.append(np.asarray(convert(made, channels=1, background=(0, 0, 0)), dtype=int))
    for other in shades[1:]:
        assert np.abs(other - shades[0]).mean() < 2


def test_pictures_above_the_limit_go_through_where_it_is_raised(
    domains: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limited = train(domains, tmp_path / "limited", pixel_limit=1000)
    picture(tmp_path / "photos/big.png", (70, 60))
    words = [
        str(limited),
        str(tmp_path / "photos"),
        str(picture(tmp_path / "alone.png", (70, 60))),
    ]
    assert call("translate", *words, "--out", str(tmp_path / "a")) == 1
    error = capsys.readouterr().err
    for name in ("big.png", "alone.png"):
        assert f"{name}: refused as a decompression bomb: at most 1000 pixels" in error
    words += ["--pixel-limit", "4200", "--tile", "32"]
    assert call("translate", *words, "--out", str(tmp_path / "b")) == 0
    assert files_in(tmp_path / "b") == ["alone.png", "big.png"]
    assert call("translate", *words[:-4], "--pixel-limit", "0", "--out", str(tmp_path / "c")) == 1
    assert "--pixel-limit must be greater than 0" in capsys.readouterr().err


def test_files_that_are_no_pictures_are_named_the_first_of_them(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "photos"
    picture(folder / "1.png")
    for number in range(25):
        (folder / f"{number:02d}.xmp").write_text("sidecar")
    (folder / "00\x1b[31m.txt").write_text("red")
    out = tmp_path / "out"
    assert call("translate", str(run), str(folder), "--out", str(out)) == 0
    error = capsys.readouterr().err
    assert "note: left out 26 files:" in error
    assert "00.xmp: not a picture, judging by its suffix" in error
    assert "and 16 more" in error
    assert "\x1b" not in error
    assert len(error.splitlines()) == 12
    assert files_in(out) == ["1.png"]


def test_phones_pictures(run: Path, tmp_path: Path) -> None:
    with Image.open(picture(tmp_path / "1.png", (40, 32))) as plain:
        plain.save(tmp_path / "1.avif")
        pillow_heif.from_pillow(plain).save(tmp_path / "2.heic")
    files = [tmp_path / "1.avif", tmp_path / "2.heic"]
    assert zerosum.translate(run, files, out=tmp_path / "out", device="cpu").failed == ()
    assert files_in(tmp_path / "out") == ["1.png", "2.png"]


def test_what_fails_is_named_and_all_others_are_translated(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "photos"
    for name in ("1.png", "5.png"):
        picture(folder / name)
    (folder / "2.jpg").write_bytes(b"no picture")
    picture(folder / "3.png", (30, 7))
    (folder / "4.png").write_bytes((folder / "1.png").read_bytes()[:200])
    (tmp_path / "notes.txt").write_text("words")
    out = tmp_path / "out"
    words = [str(run), str(folder), str(tmp_path / "notes.txt"), "--out", str(out)]
    assert call("translate", *words) == 1
    error = capsys.readouterr().err
    assert "4 pictures were not translated" in error
    for text in (
        "2.jpg: not a picture in a known format",
        "3.png: the picture has only 7x30 pixels (height x width); the network needs at least 8x8",
        "4.png: broken or truncated",
        "notes.txt: not a picture",
    ):
        assert text in error
    assert files_in(out) == ["1.png", "5.png"]


def test_a_page(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.png", "b<i>.png"):
        picture(tmp_path / "photos" / name)
    page = tmp_path / "look.html"
    words = [str(run), str(tmp_path / "photos"), "--out", str(tmp_path / "out")]
    assert call("translate", *words, "--page", str(page)) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "out"), str(page)]
    html = page.read_text(encoding="utf-8")
    assert html.count("data:image/png;base64,") == 6
    for text in ("translated back", "cycle: a2b", "b&lt;i&gt;.png", "generated"):
        assert text in html


def test_originals_and_the_way_back_are_kept_beside(run: Path, tmp_path: Path) -> None:
    for name in ("a.png", "originals/a.png"):
        picture(tmp_path / "photos" / name)
    out, plain = tmp_path / "out", tmp_path / "plain"
    zerosum.translate(run, tmp_path / "photos", out=plain, device="cpu")
    zerosum.translate(run, tmp_path / "photos", out=out, originals=True, device="cpu")
    folders, names = ("translations", "originals", "back"), ("a.png", "originals/a.png")
    assert files_in(out) == sorted(f"{folder}/{name}" for folder in folders for name in names)
    for name in names:
        assert np.array_equal(pixels(out / "originals" / name), pixels(tmp_path / "photos" / name))
        assert np.array_equal(pixels(out / "translations" / name), pixels(plain / name))
    made = out / "translations" / "a.png"
    zerosum.translate(run, made, direction="b2a", out=tmp_path / "back", device="cpu")
    # The way back has not gone through 8 bits in the middle.
    assert abs(pixels(tmp_path / "back" / "a.png") - pixels(out / "back" / "a.png")).max() <= 4
    with Image.open(out / "back" / "a.png") as back, Image.open(out / "originals/a.png") as before:
        assert (back.info["zerosum:generated"], back.info["zerosum:back"]) == ("true", "true")
        assert "zerosum:generated" not in before.info


def test_a_long_page_says_that_there_are_more(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translation, "ROWS", 2)
    for number in range(4):
        picture(tmp_path / "photos" / f"{number}.png")
    page = tmp_path / "look.html"
    zerosum.translate(run, tmp_path / "photos", out=tmp_path / "out", page=page, device="cpu")
    html = page.read_text(encoding="utf-8")
    assert html.count("data:image/png;base64,") == 6
    assert "The first 2 of 4 translations are shown." in html
    assert len(files_in(tmp_path / "out")) == 4


def test_a_full_disk(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("1.png", "2.png"):
        picture(tmp_path / "photos" / name)
    save = save_png

    def full(made: Image.Image, path: Path, **keywords: Any) -> None:
        if path.name == "2.png":
            raise OSError(errno.ENOSPC, "No space left on device")
        save(made, path, **keywords)

    monkeypatch.setattr(translation, "save_png", full)
    out, page = tmp_path / "out", tmp_path / "look.html"
    with pytest.raises(FileError, match=r"out cannot be written: the disk is full.* stay"):
        zerosum.translate(run, tmp_path / "photos", out=out, page=page, device="cpu")
    assert files_in(out) == ["1.png"]
    assert not page.exists()


def test_memory_that_is_too_small(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **keywords: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(picture_translator, "translate_any_size", full)
    with pytest.raises(ConfigError, match="--tile 512"):
        zerosum.translate(run, picture(tmp_path / "1.png"), out=tmp_path / "out")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["photos", "no/such.jpg"], "no/such.jpg does not exist"),
        ([], "no pictures are named"),
        (["empty"], "no pictures in empty"),
        (["photos", "--out", "photos"], "photos is not empty; choose another with --out NEW"),
        (["photos", "--out", "new.png"], "--out is a folder"),
        (["photos", "--out", "file"], "file is a file; choose a folder"),
        (["photos", "--page", "look.png"], "ends in .html"),
        (["photos", "--tile", "0"], "must be greater than 0"),
        (["photos", "--tile", "3"], "too small"),
        (["photos", "--split", "testA"], "no split 'testA'"),
        (["photos", "photos"], "each with an --out of its own"),
        (["bad.zip"], "bad.zip"),
    ],
)
def test_bad_input_is_answered_before_anything_is_written(
    words: list[str],
    message: str,
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    picture(tmp_path / "photos/1.png")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "bad.zip").write_bytes(b"no archive")
    before = files_in(tmp_path)
    out = [] if "--out" in words else ["--out", "new"]
    assert call("translate", str(run), *words, *out) == 1
    error = capsys.readouterr().err
    assert message in " ".join(error.split())
    assert "Traceback" not in error
    assert files_in(tmp_path) == before


def test_a_run_that_does_not_translate(tiny: RunConfig, tmp_path: Path) -> None:
    other = train_run(replace(tiny, total_images=16), out=tmp_path / "run", quiet=True).run
    with pytest.raises(RunError, match="not a run that translates"):
        zerosum.translate(other.path, picture(tmp_path / "1.png"))


def test_of_a_domain_only_its_own_strays_are_named(domains: Path, tmp_path: Path) -> None:
    for name in ("trainA", "trainB", "testB"):  # testA is missing
        picture(tmp_path / name / "1.png")
        (tmp_path / name / f"{name}.txt").touch()
    with pytest.warns(DataWarning, match=r"left out 1 file:\n  trainA/trainA\.txt: not a picture"):
        assert names(tmp_path) == ["trainA/1.png"]
    with pytest.warns(DataWarning, match=r"left out 1 file:\n  testB/testB\.txt: not a picture"):
        assert names(tmp_path, "b2a") == ["testB/1.png"]


def names(path: Path, direction: str = "a2b", split: str | None = None) -> list[str]:
    return [found.name for found in find_inputs([str(path)], direction=direction, split=split)]


def test_of_two_domains_it_is_the_one_that_the_direction_goes_from(
    domains: Path, tmp_path: Path
) -> None:
    assert names(domains) == [f"testA/{number}.png" for number in range(3)]
    assert names(domains, "b2a") == [f"testB/{number}.png" for number in range(3)]
    assert names(domains, split="trainB") == [f"trainB/{number}.png" for number in range(3)]
    assert names(domains / "trainB") == [f"{number}.png" for number in range(3)]
    for domain in ("trainA", "trainB"):
        picture(tmp_path / domain / "1.png")
    assert names(tmp_path) == ["trainA/1.png"]
    for domain in ("testA", "testB"):
        picture(tmp_path / "tests" / domain / "1.png")
    assert names(tmp_path / "tests", "b2a") == ["testB/1.png"]


def test_of_splits_it_is_all_of_them(tmp_path: Path) -> None:
    for split in ("train", "test"):
        picture(tmp_path / split / "1.png")
    assert names(tmp_path) == ["train/1.png", "test/1.png"]
    assert names(tmp_path, split="test") == ["test/1.png"]


def test_archives_are_as_folders(domains: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in domains.rglob("*.png"):
            archive.write(path, path.relative_to(domains))
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        tar.add(domains / "testB", "holiday")
    assert names(tmp_path / "a.zip", "b2a") == [f"testB/{number}.png" for number in range(3)]
    assert names(tmp_path / "a.tar.gz") == [f"holiday/{number}.png" for number in range(3)]
    (first, *_) = find_inputs([str(tmp_path / "a.tar.gz")], direction="a2b")
    assert first.read().size == (24, 20)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["1.jpg", "a/1.JPEG", "b.c/1"], ["1.png", "a/1.png", "b.c/1.png"]),
        (["1.jpg", "1.png", "2.png"], ["1.jpg.png", "1.png.png", "2.png"]),
        (["1.jpg", "1.png", "1.jpg.png"], ["1.jpg.png", "1.png.png", "1.jpg.png.png"]),
        (["x.npz[0]", "x.npz[1]"], ["x.npz[0].png", "x.npz[1].png"]),
    ],
)
def test_output_names(given: list[str], expected: list[str]) -> None:
    assert output_names(given) == expected
    assert len(set(expected)) == len(given)
