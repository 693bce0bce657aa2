"""A log that stays small, and whose disk may be full."""

from pathlib import Path

from zerosum.studio.limited_log import LimitedLog


def test_it_stays_within_its_limit_and_keeps_what_is_new(tmp_path: Path) -> None:
    log = LimitedLog(tmp_path / "new" / "log.txt", limit=1000)
    for number in range(500):
        log.write(f"line {number}\n".encode())
        assert log.path.stat().st_size <= 1000
    assert log.path.read_text().endswith("line 498\nline 499\n")
    log.write(b"x" * 10_000)
    assert log.path.stat().st_size <= 1000


def test_a_place_that_cannot_be_written_loses_the_text_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    log = LimitedLog(tmp_path / "file" / "log.txt")
    log.write(b"it said this\n\n")
    assert log.last_line == "it said this"
