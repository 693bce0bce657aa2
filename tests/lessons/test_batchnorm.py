"""Small classifiers and what the lesson on batch normalisation trains and times."""

import math
from functools import partial

from zerosum.lessons.base import silent
from zerosum.lessons.batchnorm_controls import BatchnormControls
from zerosum.lessons.batchnorm_effects import time_ratio
from zerosum.lessons.batchnorm_figures import measured_table
from zerosum.lessons.batchnorm_orders import train_orders
from zerosum.lessons.small_classifiers import digits_split, make_classifier, train_classifier


def test_held_out_digits_are_a_fifth_of_each_class() -> None:
    kept, held = digits_split()
    assert kept.labels is not None
    assert held.labels is not None
    assert (len(kept), len(held)) == (4_000, 1_000)
    assert (held.labels.bincount() * 4 == kept.labels.bincount()).all()


def test_a_classifier_learns_and_one_that_diverges_says_when() -> None:
    make = partial(make_classifier, "layer > norm > activation", widths=(20,))
    learnt = train_classifier(make, updates=60, seed=0, learning_rate=0.1, looks=(1, 60))
    assert learnt.diverged is None
    assert len(learnt.losses) == 60
    assert learnt.accuracies[0] < 0.5 < 0.7 < learnt.accuracies[1]
    plain = partial(make_classifier, "none", widths=(20,))
    lost = train_classifier(plain, updates=60, seed=0, learning_rate=1e30, looks=(1, 60))
    assert lost.diverged is not None
    assert lost.diverged < 60
    assert math.isnan(lost.accuracies[1])


def test_the_table_tells_what_was_trained_and_timed() -> None:
    controls = BatchnormControls(updates=20, repeats=1, trained="sigmoid")
    trained = train_orders(controls, silent)
    assert [each.title for each in trained] == [
        "layer > norm > sigmoid",
        "layer > sigmoid > norm",
        "norm > layer > sigmoid",
        "layer > sigmoid, no norm",
    ]
    assert all(each.accuracies.shape == (1, 8) for each in trained)
    ratio = time_ratio()
    assert ratio > 0
    *_, last = measured_table(controls, trained, ratio).rows
    assert last[2] == f"{ratio:.2f} times as long"
