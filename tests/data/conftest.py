import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Maker = Callable[..., Path]


@pytest.fixture
def real() -> Path:
    """The folder of real data, which is no part of the project; see ZEROSUM_TEST_DATA."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("ZEROSUM_TEST_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; set ZEROSUM_TEST_DATA")
    return folder


@pytest.fixture
def make_picture() -> Maker:
    """Save a picture of random pixels that depend on the seed alone."""

    def make(
        path: Path,
        *,
        size: tuple[int, int] = (16, 16),
        mode: str = "RGB",
        seed: int = 0,
    ) -> Path:
        width, height = size
        channels = len(Image.new(mode, (1, 1)).getbands())
        shape = (height, width, channels) if channels > 1 else (height, width)
        pixels = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels, mode).save(path)
        return path

    return make


@pytest.fixture
def pictures(tmp_path: Path, make_picture: Maker) -> Path:
    """A folder of two classes, cat (3 pictures) and dog (2 pictures), 16x16 RGB PNG."""
    folder = tmp_path / "pictures"
    for number, name in enumerate(("cat/a", "cat/b", "cat/c", "dog/d", "dog/e")):
        make_picture(folder / f"{name}.png", seed=number)
    return folder
