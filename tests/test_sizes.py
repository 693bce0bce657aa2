"""Sizes are told in the order in which they are typed: height before width."""

import re
from pathlib import Path

import pytest
from PIL import Image

from helpers.command_line import call
from zerosum.sizes import in_pixels

SOURCES = sorted((Path(__file__).parents[1] / "src").rglob("*.py"))
LOW = "12x40 pixels (height x width)"
TOLD = {
    "data inspect {low}": "12x40: 3",
    "evaluate {low} --against {square} --features pixels": LOW,
    "train dcgan-digits --data {low} --pictures.size 8 36 --batch-size 2 --dry-run": (
        "8x36 pixels (height x width)"
    ),
    "train dcgan-digits --data {low} --pictures.size 16 36": LOW,
    "train dcgan-digits --data {low} --pictures.size 12 40 --pictures.pixel-limit 479": LOW,
    "train dann --source {low} --target {square} --pictures.size 12 40 --pictures.enlarge": LOW,
}


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    for blue, (name, size) in enumerate({"low": (40, 12), "square": (40, 40)}.items()):
        for number in range(3):
            path = tmp_path / name / str(number % 2) / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", size, (80 * number, 9, 9 * blue)).save(path)
    return {"low": tmp_path / "low", "square": tmp_path / "square"}


@pytest.mark.parametrize("words", TOLD)
def test_reports_and_messages_tell_height_before_width(
    words: str, folders: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    call(*words.format(**folders).split())
    printed = capsys.readouterr()
    assert TOLD[words] in " ".join((printed.out + printed.err).split())
    assert "40x12" not in printed.out + printed.err


def test_nothing_else_tells_a_size_in_another_order() -> None:
    backwards = re.compile(
        r"\{[^{}]*(width|\[1\]|\[2\])[^{}]*\} ?[x×] ?\{[^{}]*(height|\[0\]|\[1\])"
    )
    for path in SOURCES:
        found = backwards.search(path.read_text(encoding="utf-8"))
        assert found is None, (path, found)
    assert backwards.search('f"{width}x{height}"')
    assert backwards.search('f"{size[1]} x {size[0]}"')
    assert backwards.search('f"{shape[2]}x{shape[1]}"')


def test_a_square_needs_no_order() -> None:
    assert in_pixels((28, 28)) == "28x28 pixels"
