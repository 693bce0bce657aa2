import os
from pathlib import Path

import pytest

from helpers.places import forbidden
from zerosum.errors import FileError
from zerosum.files import replace_atomically, require_writable, write_text, writing


def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    write_text(path, "new: γ")
    assert path.read_text(encoding="utf-8") == "new: γ"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(ZeroDivisionError):
        _fail_half_way(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_until_it_is_whole_a_reader_sees_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with replace_atomically(path) as temporary:
        temporary.write_text("half")
        assert path.read_text() == "old"
        temporary.write_text("whole")
    assert path.read_text() == "whole"


def _fail_half_way(path: Path) -> None:
    with replace_atomically(path) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError


def test_what_goes_wrong_leaves_no_folders(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writing(tmp_path / "new" / "deep" / "a.txt"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "old").mkdir()
    with pytest.raises(ZeroDivisionError), writing(tmp_path / "old" / "new" / "a.txt"):
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.rglob("*")] == ["old"]
    require_writable(tmp_path / "new" / "deep")
    assert [path.name for path in tmp_path.rglob("*")] == ["old"]


def test_that_nothing_can_be_written_shows_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    worked = False
    file = tmp_path / "file" / "a.txt"
    with pytest.raises(FileError, match="a file is where a folder should be"), writing(file):
        worked = True
    with pytest.raises(FileError, match="Is a directory"), writing(tmp_path):
        worked = True
    assert not worked


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_no_file_takes_the_place_of_a_device_or_a_pipe(tmp_path: Path) -> None:
    """As root, a picture written to /dev/null would otherwise be the end of it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(FileError, match="a device or a pipe; choose a file"):
        write_text(pipe, "text")
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_file_may_be_read_by_whom_the_mask_says(tmp_path: Path) -> None:
    """Whatever the library that writes it makes of that: safetensors lets the owner alone."""
    path = tmp_path / "a.safetensors"
    with writing(path) as temporary:
        temporary.unlink()
        os.close(os.open(temporary, os.O_CREAT | os.O_WRONLY, 0o600))
    other = tmp_path / "b.txt"
    other.touch()
    assert path.stat().st_mode == other.stat().st_mode


def test_a_folder_that_may_be_written_to_and_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / "letterbox").mkdir()
    with forbidden(tmp_path / "letterbox", mode=0o300):
        write_text(tmp_path / "letterbox" / "a.txt", "whole")
    assert (tmp_path / "letterbox" / "a.txt").read_text() == "whole"
