"""The lesson that plans generators, for sizes that cannot be and stacks that are not there."""

from pathlib import Path

import pytest

from helpers.command_line import call
from zerosum.lessons.figures import Gallery
from zerosum.lessons.learning import learn


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--width", "8"], "no stack leads from 4x4 to 28x8: each layer makes both sides larger"),
        (["--height", "256", "--width", "5", "--start", "z"], "from a first map of 2 to 16"),
        (["--height", "4"], "height must be between 5 and 256, got 4"),
        (["--start", "8x8"], "8x8"),
    ],
)
def test_what_cannot_be_is_explained(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("learn", "planner", *words) in (1, 2)
    assert message in " ".join(capfd.readouterr().err.split())
    assert not list(tmp_path.iterdir())


def test_where_one_start_leads_nowhere_the_page_holds_the_other() -> None:
    small = {"height": 28, "width": 8, "base_channels": 2, "quiet": True}
    assert len(learn("planner", start="z", **small).variants) == 1  # type: ignore[arg-type]
    small["width"] = 28
    assert len(learn("planner", start="z", **small).variants) == 2  # type: ignore[arg-type]


def test_beyond_the_end_of_the_list_the_last_is_chosen_and_large_pictures_are_cut() -> None:
    results = learn(
        "planner", chosen=100, height=80, width=80, base_channels=1, quiet=True
    ).results
    count = results.numbers["count"]
    assert f"Number {count}," in results.answer
    images = results.figures["untrained"]
    assert isinstance(images, Gallery)
    assert images.images.shape == (4, 64, 64)
