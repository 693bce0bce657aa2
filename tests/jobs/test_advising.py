"""What is said of pictures before a recipe is trained on them."""

from dataclasses import replace
from typing import Any

import pytest

from zerosum.config import change
from zerosum.data.ledger import Part
from zerosum.jobs.advising import advice
from zerosum.recipes import recipe

PART = Part(
    split="train",
    count=5_000,
    readable=5_000,
    sizes=(((64, 64), 5_000),),
    size_count=1,
    modes=(("RGB", 5_000),),
    classes=(("cat", 2_500), ("dog", 2_500)),
    low=0,
    high=255,
    unreadable=(),
    unreadable_count=0,
    duplicates=(),
    surplus=0,
)


def said(name: str, fields: dict[str, Any] | None = None, **found: Any) -> str:
    """All that is said, in one text."""
    return " ".join(advice(replace(PART, **found), change(recipe(name), fields or {})))


def test_nothing_is_said_where_nothing_is_wrong() -> None:
    assert not said("dcgan-faces")


def test_small_pictures_are_counted() -> None:
    sizes = (((64, 64), 4_000), ((63, 80), 1_000))
    assert "1,000 of the 5,000 pictures are smaller" in said("dcgan-faces", sizes=sizes)
    some = said("dcgan-faces", sizes=sizes, size_count=3)
    assert "at least 1,000 of the 5,000" in some
    for fields in ({"pictures.enlarge": True}, {"pictures.fit": "pad"}):
        assert not said("dcgan-faces", fields, sizes=sizes)


def test_what_is_cut_from_has_its_own_size() -> None:
    fields = {"pictures.enlarge": False}
    assert "all 5,000 pictures are smaller than 286x286" in said("cyclegan", fields)


def test_few_pictures_are_told_what_helps() -> None:
    few = said("dcgan-faces", readable=300)
    assert "300 pictures are few" in few
    assert "game.adaptive_augmentation.images" in few
    assert "adaptive" not in said("cyclegan-small", readable=300)
    assert "make batch_size 10 or less" in said("dcgan-faces", readable=10)


@pytest.mark.parametrize(
    ("name", "mode", "word"), [("dcgan-digits", "RGB", "colours"), ("dcgan-faces", "L", "grey")]
)
def test_colours_that_are_lost_or_not_there(name: str, mode: str, word: str) -> None:
    assert f"the pictures {'are' if mode == 'L' else 'have'} {word}" in said(
        name, modes=((mode, 5_000),)
    )


def test_a_classifier_needs_classes() -> None:
    assert "have no classes" in said("classifier", classes=())
    assert "no classes" not in said("dcgan-faces", classes=())
