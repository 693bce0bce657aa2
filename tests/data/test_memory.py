"""A source of a million pictures must not need more memory than one of a thousand."""

import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import psutil
import pytest

from helpers.memory import python_bytes, python_peak
from zerosum.data import Batches, StoreSettings, build_store, open_source
from zerosum.data.sources.listing import Entry, Listing

MEGABYTE = 1 << 20
MILLION = 1_000_000


def private_bytes() -> int:
    """Memory of this process that is not the pages of mapped files."""
    memory = psutil.Process().memory_info()
    return int(memory.rss - memory.shared)


def entries(count: int) -> Iterator[tuple[Entry, bool]]:
    return ((Entry(f"folder/{index:09d}.png", index, index), True) for index in range(count))


def listed(count: int) -> Listing:
    listing = Listing(entries(count))
    listing.choose("", lambda path: 0)
    assert len(listing) == count
    assert listing[count - 1].path == f"folder/{count - 1:09d}.png"
    assert listing.label(count // 2) == 0
    listing.digest()
    return listing


def test_a_listing_of_20_000_names_needs_no_more_than_one_of_1_000() -> None:
    small = python_peak(lambda: listed(1_000))
    assert python_peak(lambda: listed(20_000)) < small + MEGABYTE


@pytest.mark.skipif(sys.platform != "linux", reason="counts private pages as Linux does")
def test_neither_does_the_database_behind_it() -> None:
    kept = listed(1_000)
    before = private_bytes()
    large = listed(200_000)
    assert private_bytes() - before < 12 * MEGABYTE  # the names alone would be 20
    assert len(kept) < len(large)


def write_million(path: Path, count: int) -> None:
    header = {"descr": "|u1", "fortran_order": False, "shape": (count, 4, 4)}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for _ in range(count // 1000):
            file.write(bytes(range(250)) * 64)


def test_a_store_of_a_million_pictures_is_built_in_constant_memory(tmp_path: Path) -> None:
    def build(count: int) -> None:
        write_million(tmp_path / f"{count}.npy", count)
        source = open_source(str(tmp_path / f"{count}.npy"))
        settings = StoreSettings(size=(4, 4), channels=1)
        assert len(build_store(source, settings, cache=tmp_path / "cache")) == count

    build(1_000)
    small = python_peak(lambda: build(2_000))
    assert python_peak(lambda: build(MILLION)) < small + 2 * MEGABYTE


def test_batches_of_a_million_need_an_order_and_no_pictures(tmp_path: Path) -> None:
    write_million(tmp_path / "x.npy", MILLION)
    source = open_source(str(tmp_path / "x.npy"))
    store = build_store(source, StoreSettings(size=(4, 4), channels=1), cache=tmp_path / "cache")
    stream = Batches(store, batch_size=64, seed=0)
    stream.at(0)
    assert python_peak(lambda: [stream.at(64 * index) for index in range(100)]) < MEGABYTE


def test_9_000_files_on_disk_need_no_more_than_1_000(tmp_path: Path) -> None:
    for count in (1_000, 9_000):
        folder = tmp_path / str(count)
        folder.mkdir()
        for index in range(count):
            (folder / f"{index}.png").touch()
    small = python_peak(lambda: open_source(str(tmp_path / "1000")).is_unchanged())
    large = python_peak(lambda: open_source(str(tmp_path / "9000")).is_unchanged())
    assert large < small + MEGABYTE // 2  # the names alone would be as much


def test_an_open_zip_of_2_500_entries_holds_no_more_than_one_of_1_000(tmp_path: Path) -> None:
    for count in (1_000, 2_500):
        with ZipFile(tmp_path / f"{count}.zip", "w") as archive:
            for index in range(count):
                archive.writestr(f"{index}.png", b"")
    python_bytes(lambda: open_source(str(tmp_path / "1000.zip")))  # what is imported on the way
    small = python_bytes(lambda: open_source(str(tmp_path / "1000.zip")))
    large = python_bytes(lambda: open_source(str(tmp_path / "2500.zip")))
    assert large < small + MEGABYTE // 8  # the objects of zipfile would be 1 megabyte


def test_listing_a_tar_of_2_000_entries_needs_no_more_than_one_of_500(tmp_path: Path) -> None:
    for count in (500, 2_000):
        with tarfile.open(tmp_path / f"{count}.tar", "w") as archive:
            for index in range(count):
                archive.addfile(tarfile.TarInfo(f"{index}.png"))
    small = python_peak(lambda: open_source(str(tmp_path / "500.tar")).key())
    large = python_peak(lambda: open_source(str(tmp_path / "2000.tar")).key())
    assert large < small + MEGABYTE // 2
