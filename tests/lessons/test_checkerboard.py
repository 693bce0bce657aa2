"""The lesson on checkerboards, with a run of the reader's own."""

from pathlib import Path

import pytest

import zerosum
from helpers.lessons.checkpoint import tiny_run
from zerosum.errors import RunError
from zerosum.lessons.checkerboard_figures import OWN, OWN_REAL


def test_a_run_of_ones_own_is_measured_beside_what_it_learns_from() -> None:
    learned = zerosum.learn("checkerboard", run=tiny_run(), images=256, drawn=100, quiet=True)
    rows = {row[0]: row for row in learned.results.tables["measured"].rows}
    assert rows[OWN_REAL][3] == "1.00"
    assert float(rows[OWN][1]) > 0
    own, real = (learned.results.numbers["seen"][name][0] for name in (OWN, OWN_REAL))
    assert float(rows[OWN][3]) == pytest.approx(own["fine"] / real["fine"], abs=0.01)
    assert OWN in [mark.name for mark in learned.results.figures["own"].marks]  # type: ignore[union-attr]


def test_what_is_no_run_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no"):
        zerosum.learn("checkerboard", run=tmp_path / "none", images=2_000_000, quiet=True)
