"""The lesson on shapes, with layers that cannot be."""

from pathlib import Path

import pytest

from helpers.command_line import call


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--size", "3", "--kernel", "8"], "reaches over 8 places does not fit into 3 with 2"),
        (["--output-padding", "1"], "output padding is of transposed convolutions"),
        (
            ["--kind", "transposed", "--output-padding", "2"],
            "below the larger of stride and dilation, here 2, got 2",
        ),
        (["--kind", "transposed", "--size", "1", "--padding", "2"], "nothing is left of the 4"),
        (["--wanted", "0"], "wanted must be between 1 and 1024, got 0"),
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
    assert call("learn", "shapes", *words) in (1, 2)
    assert message in " ".join(capfd.readouterr().err.split())
    assert not list(tmp_path.iterdir())
