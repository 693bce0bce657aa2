"""Who is sampled from: how far it is, what it refuses, and what others say who cannot be."""

from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import torch

from zerosum.config import change
from zerosum.errors import RunError
from zerosum.families.building import build_game
from zerosum.games import GameWithClassifier
from zerosum.models import Classifier, Generator, WrongKindError
from zerosum.recipes import recipe
from zerosum.runs import Run
from zerosum.training.engine import Engine

RUN = Run(Path("runs/none"))


@pytest.fixture(scope="module")
def generator() -> Generator:
    narrow = change(recipe("dcgan-digits"), {"game.generator.base_channels": 4})
    game: Any = build_game(narrow, Engine(device=torch.device("cpu")))
    return Generator(run=RUN, game=game, images_seen=0)


def test_a_generator_tells_how_many_pictures_are_drawn(generator: Generator) -> None:
    told: list[tuple[int, int]] = []
    images = generator.sample(5, batch_size=2, progress=lambda done, of: told.append((done, of)))
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert torch.equal(images, generator.sample(5, batch_size=2))


def test_without_classes_none_can_be_asked_for(generator: Generator) -> None:
    with pytest.raises(RunError, match="knows no classes"):
        generator.of_class("3")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("sample", "makes pictures from nothing"),
        ("save_grid", "makes pictures from nothing"),
        ("walk", "makes pictures from latents"),
        ("log_likelihood", "makes pictures number by number"),
        ("translate", "translates pictures"),
    ],
)
def test_a_classifier_says_who_can_do_what_it_cannot(name: str, kind: str) -> None:
    model = Classifier(run=RUN, game=Mock(spec=GameWithClassifier), images_seen=0)
    with pytest.raises(WrongKindError, match=f"runs/none is not a run that {kind}"):
        getattr(model, name)
