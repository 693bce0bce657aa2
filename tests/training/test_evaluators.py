"""Exams of every kind can be given up between two batches."""

from pathlib import Path

import pytest
import torch

from helpers.short_runs import KINDS
from zerosum.families import family_of
from zerosum.families.building import build_game
from zerosum.training.engine import Engine

CPU = Engine(device=torch.device("cpu"))


class GivenUpError(Exception):
    """What a progress raises."""


@pytest.mark.parametrize("kind", ["cyclegan", "semi-supervised", "adaptation", "perturbation"])
def test_an_evaluation_is_given_up_where_its_progress_raises(kind: str, tmp_path: Path) -> None:
    config = KINDS[kind](tmp_path)
    family = family_of(config)
    config, aids = family.aids(family.read(config), CPU.device)
    pictures = family.open(config, quiet=True)
    game = build_game(config, CPU, aids=aids)
    asked = []

    def give_up(done: int, total: int) -> None:
        asked.append((done, total))
        raise GivenUpError

    for evaluate in family.evaluators(config, game, pictures, CPU, quiet=True).values():
        asked.clear()
        with pytest.raises(GivenUpError):
            evaluate(subject={"images": 0}, diagnostics={}, progress=give_up)
        ((done, total),) = asked
        assert 0 < done <= total
