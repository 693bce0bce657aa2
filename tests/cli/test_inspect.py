"""``zerosum data inspect`` of several sources."""

import warnings
from pathlib import Path

import pytest
from PIL import Image

from helpers.command_line import call


def test_two_sources_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, colour in (("a/red", "red"), ("a/blue", "blue"), ("b/also_red", "red")):
        path = tmp_path / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8), colour).save(path)
    a, b, sheet = (str(tmp_path / name) for name in ("a", "b", "sheet.png"))
    assert call("data", "inspect", a, b, "--picture", sheet) == 0
    output = capsys.readouterr().out
    assert f"1 pictures stand in {a} train and in {b} train" in output
    assert "red.png = also_red.png" in output
    assert Path(sheet).is_file()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ([], 2, "usage: zerosum data inspect SOURCE ..."),
        (["digits", "digits"], 1, "found digits twice"),
        (["digits", "no/such"], 1, "no/such does not exist"),
    ],
)
def test_bad_input_is_answered_without_a_traceback(
    words: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("data", "inspect", *words) == code
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_pillow_does_not_warn_of_damaged_metadata_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        path = tmp_path / "set" / f"{number}.tif"
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8), (number, 0, 0)).save(path)
        content = path.read_bytes()
        path.write_bytes(content[:15] + content[17:])
    Image.new("RGB", (8, 8)).save(tmp_path / "set" / "good.png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of a warning it would say so as the reason
        assert call("data", "inspect", str(tmp_path / "set")) == 0
    printed = capsys.readouterr()
    assert "0.tif: not a picture in a known format" in printed.out
    assert "Tag data" not in printed.out + printed.err
