"""What is said of what the system refuses."""

import errno
import gzip
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import SafetensorError

from helpers.places import forbidden, no_room
from zerosum.data.sources.listing import Entry, Listing
from zerosum.data.sources.rows import map_stream
from zerosum.data.sources.unpacking import open_plain
from zerosum.errors import CheckpointError, FileError, ZerosumError
from zerosum.evaluation.extraction import kept_on_disk
from zerosum.explaining import explain, explained, explained_temporaries, is_there

NUMBERS = [
    (errno.ENOSPC, "the disk is full. Make room there, or choose another place."),
    (errno.EDQUOT, "your share of the disk is full. Make room there, or choose another place."),
    (errno.EACCES, "Permission denied. Have its owner allow it (chmod), or choose another place."),
    (errno.EROFS, "Read-only file system. Make it writable, or choose another place."),
    (errno.ENAMETOOLONG, "File name too long. Choose a shorter name."),
    (errno.ENOENT, "No such file or directory. Check the path."),
    (errno.EMFILE, "Too many open files. Raise the limit on open files (ulimit -n)."),
    (errno.EBUSY, "Device or resource busy."),
]


@pytest.mark.parametrize(("number", "said"), NUMBERS)
def test_every_reason_has_its_remedy(number: int, said: str) -> None:
    assert explain(OSError(number, os.strerror(number)), "x.png") == (
        f"x.png cannot be written: {said}"
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EFBIG])
def test_libraries_that_pass_on_words_alone_are_understood(number: int) -> None:
    expected = explain(OSError(number, os.strerror(number)), "x")
    for words in (
        f"Error while serializing: I/O error: {os.strerror(number)} (os error {number})",
        f'IoError(Os {{ code: {number}, kind: Other, message: "{os.strerror(number)}" }})',
        f"ffmpeg stopped\n{os.strerror(number)}",
    ):
        assert explain(SafetensorError(words), "x") == expected


def test_the_place_is_what_was_named_and_what_failed() -> None:
    error = PermissionError(errno.EACCES, "Permission denied", "photos/private")
    assert explain(error, "photos", "read").startswith("photos (photos/private) cannot be read:")
    error = PermissionError(errno.EACCES, "Permission denied", "out/.x.png.12.tmp")
    assert explain(error, "out/x.png").startswith("out/x.png cannot be written:")
    by_number = OSError(errno.EIO, "Input/output error", 3)  # under which a file is open
    assert explain(by_number, "x").startswith("x cannot be written:")


def test_who_knows_more_adds_it_and_names_the_kind() -> None:
    with (
        pytest.raises(CheckpointError, match=r"^x cannot be written: .* Go on with resume\.$"),
        explained("elsewhere", error=CheckpointError, then="Go on with resume."),
        explained("x"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_reader_who_has_seen_enough_is_no_fault_of_a_file() -> None:
    with pytest.raises(BrokenPipeError), explained("x"):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


def test_nothing_there_is_told_from_nobody_may_look(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").touch()
    for name, answer in (("a/b", True), ("a/c", False), ("a/b/c", False), ("a\0b", False)):
        assert is_there(tmp_path / name) is answer
    with forbidden(tmp_path / "a"), pytest.raises(FileError, match="a/b cannot be read: Perm"):
        is_there(tmp_path / "a" / "b")


def _unpack(path: Path) -> object:
    return open_plain(path)


def _map(path: Path) -> object:
    with gzip.open(path) as stream:
        return map_stream(stream, np.dtype(np.uint8), (100,), name="x.npy")


def _list(path: Path) -> object:
    entries = (Entry(f"{'x' * 200}/{number}.png", 9, 0) for number in range(20_000))
    return Listing((entry, True) for entry in entries)


def _keep(path: Path) -> object:
    with kept_on_disk([torch.zeros(2, 1, 4, 4, dtype=torch.uint8)], 2) as pictures:
        return pictures


@pytest.mark.parametrize("act", [_unpack, _map, _list, _keep])
def test_temporary_disks_that_are_full_are_named(
    act: Callable[[Path], object], tmp_path: Path
) -> None:
    packed = tmp_path / "x.gz"
    packed.write_bytes(gzip.compress(bytes(100)))
    tempfile.gettempdir()  # known before the disk is full
    said = r"for a while in .*, cannot be written: .* TMPDIR=FOLDER names another folder"
    with no_room(), pytest.raises(ZerosumError, match=said):
        act(packed)


def test_a_system_without_any_place_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in [/tmp]")

    monkeypatch.setattr("zerosum.explaining.gettempdir", nowhere)
    said = r"^pictures cannot be written: No usable .* TMPDIR"
    with pytest.raises(FileError, match=said), explained_temporaries("pictures"):
        pass
