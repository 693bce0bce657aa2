"""The curves of a run: a panel for each thing that it has, and none for what it has not."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from zerosum.evaluation.protocol import Protocol, Score, Scores
from zerosum.metrics import Estimate
from zerosum.plots.curves import draw_curves

_PANEL = 500
"""Pixels from panel to panel."""


def _evaluations(*names: str) -> list[Scores]:
    score = Score(estimate=Estimate(value=2.0, error=0.1), how="", lower_is_better=True)
    protocol = Protocol(network={}, real={}, generated=4)
    return [
        Scores(subject={"images": images}, protocol=protocol, scores=dict.fromkeys(names, score))
        for images in (0, 100)
    ]


@pytest.mark.parametrize(
    ("told", "names", "panels"),
    [
        ({"cost": 1.0}, (), 1),
        ({"cost": 1.0, "accuracy": 0.5}, (), 2),
        ({"cost": 1.0}, ("a", "b", "c"), 3),
        ({"cost": 1.0, "accuracy": 0.5}, ("a",), 3),
    ],
)
def test_there_is_a_panel_for_what_there_is(
    told: dict[str, float], names: tuple[str, ...], panels: int, tmp_path: Path
) -> None:
    lines: list[dict[str, Any]] = [{"images": images, "model": told} for images in (50, 100)]
    scores = _evaluations(*names) if names else []
    draw_curves(lines, tmp_path / "curves.png", scores=scores)
    with Image.open(tmp_path / "curves.png") as image:
        assert image.size == (panels * _PANEL, 400)
