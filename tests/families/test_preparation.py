"""What the settings of a run's pictures say reaches whoever decodes them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers.profiles import SWAPPED
from zerosum.config import RunConfig, change
from zerosum.data import Domains
from zerosum.errors import DataError
from zerosum.families.loading import prepare_images
from zerosum.families.preparation import prepare_store
from zerosum.recipes import recipe

COLOURS = ((200, 10, 60), (10, 60, 200))


def save(path: Path, colour: tuple[int, int, int], **options: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (20, 10), colour).save(path, **options)


def config_of(name: str, data: Path, **pictures: Any) -> RunConfig:
    base = recipe(name)
    settings = replace(base.pictures, size=(8, 8), channels=3, crop_from=None, **pictures)
    return replace(base, data=str(data), pictures=settings)


def test_a_run_reads_big_pictures_where_its_limit_is_raised(tmp_path: Path) -> None:
    save(tmp_path / "1.png", COLOURS[0])
    with pytest.raises(DataError, match="refused as a decompression bomb"):
        prepare_store(config_of("dcgan-faces", tmp_path, pixel_limit=199))
    assert len(prepare_store(config_of("dcgan-faces", tmp_path, pixel_limit=200))) == 1


@pytest.mark.parametrize("pairing", ["none", "names", "side-by-side"])
def test_so_do_two_domains(pairing: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if pairing == "side-by-side":
        both = np.zeros((10, 20, 3), np.uint8)
        both[:, :10], both[:, 10:] = COLOURS
        (tmp_path / "both").mkdir()
        Image.fromarray(both).save(tmp_path / "both/1.png")
    else:
        for domain, colour in zip(("trainA", "trainB"), COLOURS, strict=True):
            save(tmp_path / "both" / domain / "1.png", colour)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)  # Pillow's own limit is no matter

    def prepare(limit: int) -> list[list[int]]:
        config = config_of("cyclegan-small", tmp_path / "both", pixel_limit=limit)
        domains = prepare_images(change(config, {"pairing": pairing}))
        assert isinstance(domains, Domains)
        return [store.images[0, 0, 0].tolist() for store in (domains.a, domains.b)]

    assert prepare(200) == [list(colour) for colour in COLOURS]
    with pytest.raises(DataError, match="refused as a decompression bomb"):
        prepare(199)


def test_colours_become_srgb_or_not_and_the_stores_are_two(tmp_path: Path) -> None:
    save(tmp_path / "1.png", COLOURS[0], icc_profile=SWAPPED)
    kept, converted = (
        prepare_store(config_of("dcgan-faces", tmp_path, srgb=srgb)) for srgb in (False, True)
    )
    assert kept.images[0, 0, 0].tolist() == [200, 10, 60]
    assert np.abs(converted.images[0, 0, 0].astype(int) - [60, 200, 10]).max() <= 2
    assert kept.path != converted.path
