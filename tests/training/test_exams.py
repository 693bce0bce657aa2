"""Exams of every kind can be given up between two batches."""

from pathlib import Path

import pytest
import torch

from test_never_lost import KINDS
from zerosum.config.build import build_game
from zerosum.jobs.examination import make_exams
from zerosum.jobs.labels import find_classes
from zerosum.jobs.perturbing import aim
from zerosum.jobs.preparation import prepare_pictures
from zerosum.training.engine import Engine

CPU = Engine(device=torch.device("cpu"))


class GivenUpError(Exception):
    """What a progress raises."""


@pytest.mark.parametrize("kind", ["cyclegan", "few labels", "adaptation", "perturbation"])
def test_an_exam_is_given_up_where_its_progress_raises(kind: str, tmp_path: Path) -> None:
    config, victim = aim(find_classes(KINDS[kind](tmp_path)), CPU.device)
    pictures = prepare_pictures(config, quiet=True)
    game = build_game(config, CPU, victim=None if victim is None else victim.classifier)
    asked = []

    def give_up(done: int, total: int) -> None:
        asked.append((done, total))
        raise GivenUpError

    for exam in make_exams(config, game, pictures, CPU, quiet=True):
        asked.clear()
        with pytest.raises(GivenUpError):
            exam.take(game, subject={"images": 0}, vitals={}, progress=give_up)
        ((done, total),) = asked
        assert 0 < done <= total
