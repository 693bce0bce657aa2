"""The bytes of an image's file, for who reads what files say of themselves."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zerosum.data import open_source
from zerosum.data.sources.base import UnreadableError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "album"
    path.mkdir()
    Image.new("L", (8, 8), 9).save(path / "a.png")
    (path / "b.png").write_bytes(b"no picture")
    return path


def test_files_in_folders_and_archives_have_their_bytes(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "album.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.iterdir()):
            file.write(path, path.name)
    for source in (open_source(folder), open_source(archive)):
        for index in range(2):
            name = source.image_name(index)
            assert source.content(index) == (folder / name).read_bytes()


def test_images_that_are_no_files_have_none(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((2, 8, 8), dtype=np.uint8))
    assert open_source(tmp_path / "a.npy").content(0) is None
    assert open_source("digits").content(0) is None


def test_a_file_that_is_gone_is_named(folder: Path) -> None:
    source = open_source(folder)
    (folder / "a.png").unlink()
    with pytest.raises(UnreadableError, match=r"a\.png: No such file"):
        source.content(0)
