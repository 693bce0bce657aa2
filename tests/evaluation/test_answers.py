"""A classifier's answers, one by one, against counting by hand."""

import numpy as np
import pytest
import torch

from zerosum.errors import ConfigError
from zerosum.evaluation.accuracy import accuracy_scores
from zerosum.evaluation.answers import Answers, DomainTest
from zerosum.evaluation.extraction import ImageSubset
from zerosum.types import ClassLogits, Images

CLASSES = ("a", "b", "c")


def answers_at_random(count: int = 300) -> Answers:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(count, 3, generator=generator)
    labels = torch.randint(0, 2, (count,), generator=generator)  # No image is of class c.
    return Answers(logits=logits, labels=labels, classes=CLASSES)


def test_accuracies_are_those_of_an_evaluation() -> None:
    answers = answers_at_random()
    assert answers.labels is not None
    scores = accuracy_scores(answers.logits, answers.labels, classes=CLASSES)
    assert answers.accuracy() == scores["accuracy"].estimate
    a, b, c = answers.by_class()
    assert (a, b) == tuple(scores[f"accuracy of {name}"].estimate for name in "ab")
    assert c is None


def test_every_mistake_is_in_one_cell_and_the_surest_comes_first() -> None:
    answers = answers_at_random()
    assert answers.labels is not None
    confusion = answers.confusion()
    assert int(confusion.sum()) == len(answers)
    found = []
    for true in range(3):
        for said in range(3):
            cell = answers.find(true=true, said=said, right=true == said)
            assert len(cell) == int(confusion[true, said])
            assert all(int(answers.labels[each]) == true for each in cell)
            assert all(int(answers.said[each]) == said for each in cell)
            found += cell if true != said else []
    mistakes = answers.find()
    assert sorted(found) == sorted(mistakes)
    sure = answers.confidences[mistakes]
    assert (sure.diff() <= 0).all()
    assert len(answers.find(right=True)) == round(answers.accuracy().value * len(answers))


def test_pairs_of_classes_come_by_how_often_they_are_confused() -> None:
    answers = answers_at_random()
    pairs = answers.confused()
    counts = [each.count for each in pairs]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == len(answers.find())
    assert answers.confused(2) == pairs[:2]


def test_the_most_probable_classes_begin_with_what_is_said() -> None:
    answers = answers_at_random(5)
    for number in range(5):
        best = answers.most_probable(number, 9)
        assert best[0][0] == int(answers.said[number])
        assert sum(chance for _, chance in best) == pytest.approx(1.0)


def test_nothing_is_right_or_wrong_where_nobody_knows_the_classes() -> None:
    answers = Answers(logits=torch.zeros(2, 3), labels=None, classes=CLASSES)
    for ask in (answers.accuracy, answers.by_class, answers.confusion, answers.find):
        with pytest.raises(ConfigError, match="nobody knows the classes"):
            ask()


def brightness(images: Images) -> ClassLogits:
    mean = images.mean(dim=(1, 2, 3))
    return torch.stack([-mean, mean], dim=1)


def test_images_are_asked_and_encoded_in_their_order() -> None:
    images = np.arange(0, 250, dtype=np.uint8).reshape(-1, 1, 1, 1)
    numbers = np.arange(249, -1, -1)  # A subset in another order than the array's.
    test = DomainTest(
        images=ImageSubset(images, numbers),
        labels=None,
        about={},
        answer=brightness,
        encode=brightness,
    )
    answers = test.ask(("dark", "bright"))
    assert torch.equal(answers.said, (torch.from_numpy(numbers) > 127).long())
    some = test.some(10)
    assert some == sorted(set(some))
    assert len(some) == 10
    torch.testing.assert_close(test.features(some), answers.logits[some])
