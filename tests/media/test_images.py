import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.places import no_room
from helpers.profiles import SWAPPED
from zerosum.errors import ConfigError, FileError
from zerosum.media.animations import save_gif
from zerosum.media.images import provenance, save_images, save_png, tile, to_images


def test_pixels_are_what_the_numbers_say() -> None:
    images = torch.tensor([-1.0, 0.0, 1.0, 5.0]).reshape(1, 1, 2, 2)
    assert np.asarray(to_images(images)[0]).tolist() == [[0, 128], [255, 255]]


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_modes(channels: int, mode: str) -> None:
    assert to_images(torch.zeros(1, channels, 2, 3))[0].mode == mode


def test_a_sheet_shows_every_image_in_reading_order() -> None:
    images = torch.linspace(-1, 0, 5).reshape(5, 1, 1, 1).expand(5, 1, 2, 3)
    sheet = tile(images, columns=2)[0, 0]
    assert sheet.shape == (3 * 2 + 2 * 2, 2 * 3 + 2)
    corners = [sheet[4 * row, 5 * column].item() for row in range(3) for column in range(2)]
    assert corners == pytest.approx([-1.0, -0.75, -0.5, -0.25, 0.0, 1.0])


def test_png_says_that_it_is_generated(tmp_path: Path) -> None:
    facts = provenance(run="dcgan", seed=3, images_seen=640, index=7)
    save_png(Image.new("L", (2, 2)), tmp_path / "a.png", facts=facts)
    text = Image.open(tmp_path / "a.png").text  # type: ignore[attr-defined]
    assert text["zerosum:generated"] == "true"
    assert (text["zerosum:run"], text["zerosum:seed"], text["zerosum:index"]) == (
        "dcgan",
        "3",
        "7",
    )


def test_png_carries_a_profile_only_if_it_is_given(tmp_path: Path) -> None:
    picture = Image.new("RGB", (2, 2))
    picture.info["icc_profile"] = b"of where it is from"
    for name, profile in (("a.png", None), ("b.png", SWAPPED)):
        save_png(picture, tmp_path / name, profile=profile)
        with Image.open(tmp_path / name) as saved:
            assert saved.info.get("icc_profile") == profile


def test_png_only(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ends in \.png, got 'a\.jpg'"):
        save_png(Image.new("L", (2, 2)), tmp_path / "a.jpg")


def _batches() -> list[torch.Tensor]:
    return [torch.full((2, 3, 4, 5), value) for value in (-1.0, 1.0)]


def test_folder_zip_and_array_hold_the_same_pictures(tmp_path: Path) -> None:
    for name in ("folder", "a.zip", "a.npz"):
        save_images(tmp_path / name, _batches(), facts=lambda index: {"index": str(index)})
    expected = [0, 0, 255, 255]
    files = sorted((tmp_path / "folder").iterdir())
    assert [file.name for file in files] == [f"{index:06d}.png" for index in range(4)]
    assert [int(np.asarray(Image.open(file)).mean()) for file in files] == expected
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        values = [
            int(np.asarray(Image.open(archive.open(name))).mean()) for name in archive.namelist()
        ]
    assert values == expected
    images = np.load(tmp_path / "a.npz")["images"]
    assert images.shape == (4, 4, 5, 3)
    assert images.mean(axis=(1, 2, 3)).tolist() == expected


def test_an_unknown_ending_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    never = (pytest.fail("drawn") for _ in "x")
    with pytest.raises(ConfigError, match=r"ends in '\.rar'"):
        save_images(tmp_path / "a.rar", never, facts=lambda index: {})


@pytest.mark.parametrize("name", ["new", "new.zip", "new.npz"])
def test_what_is_finished_stays_and_nothing_half(tmp_path: Path, name: str) -> None:
    batches = [torch.zeros(1, 1, 16, 16), torch.rand(1, 1, 16, 16)]
    with no_room(150), pytest.raises(FileError, match=f"{name} cannot be written: File too large"):
        save_images(tmp_path / "made" / name, batches, facts=lambda index: {})
    left = [path.name for path in (tmp_path / "made" / "new").rglob("*")]
    assert left == (["000000.png"] if name == "new" else [])
    assert (tmp_path / "made").exists() is (name == "new")


def test_pictures_are_not_mixed_with_others(tmp_path: Path) -> None:
    (tmp_path / "old.png").write_bytes(b"")
    with pytest.raises(ConfigError, match="is not empty"):
        save_images(tmp_path, _batches(), facts=lambda index: {})


def test_gif_has_every_frame(tmp_path: Path) -> None:
    for index in range(3):
        save_png(Image.new("L", (4, 4), 80 * index), tmp_path / f"{index}.png")
    save_gif(sorted(tmp_path.glob("*.png")), tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as animation:
        assert animation.n_frames == 3  # type: ignore[attr-defined]


def test_names_that_no_png_can_hold_are_escaped() -> None:
    facts = provenance(run="a\udcff", images_seen=64, source="b\ud800.png")
    assert "(run a\\udcff)" in facts["Description"]
    assert facts["zerosum:source"] == "b\\ud800.png"
    assert "".join(facts.values()).encode()
