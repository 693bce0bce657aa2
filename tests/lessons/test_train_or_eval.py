"""The lesson on training and evaluation mode, with runs of the reader's own."""

from pathlib import Path

import pytest

import zerosum
from helpers.lessons.checkpoint import tiny_run
from zerosum.errors import RunError


def test_a_generator_without_batch_normalisation_draws_the_same_in_any_company() -> None:
    learned = zerosum.learn("train-or-eval", run=tiny_run(), updates=20, asked=20, quiet=True)
    drawn = learned.results.numbers["drawn"]
    assert not drawn["normalises"]
    assert max(drawn["training"], drawn["alone"], *drawn["changes"]) < 1e-5
    assert "without batch normalisation" in learned.page()


def test_what_is_no_run_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no"):
        zerosum.learn("train-or-eval", run=tmp_path / "none", updates=20_000, quiet=True)
