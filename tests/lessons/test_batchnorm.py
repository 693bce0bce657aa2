"""What the lesson on batch normalisation trains and times."""

from pathlib import Path

from PIL import Image

from zerosum.lessons.base import checked, silent
from zerosum.lessons.batchnorm import LESSON
from zerosum.lessons.batchnorm_controls import BatchnormControls
from zerosum.lessons.batchnorm_effects import time_ratio
from zerosum.lessons.batchnorm_figures import measured_table
from zerosum.lessons.batchnorm_orders import train_orders


def test_the_table_tells_what_was_trained_and_timed() -> None:
    controls = BatchnormControls(updates=20, repeats=1, trained="sigmoid")
    trained = train_orders(controls, silent)
    assert [each.title for each in trained] == [
        "layer > norm > sigmoid",
        "layer > sigmoid > norm",
        "norm > layer > sigmoid",
        "layer > sigmoid, no norm",
    ]
    assert all(each.accuracies.shape == (1, 11) for each in trained)
    ratio = time_ratio()
    assert ratio > 0
    *_, last = measured_table(controls, trained, ratio).rows
    assert last[2] == f"{ratio:.2f} times as long"


def test_claims_hold_of_a_plain_picture_too(tmp_path: Path) -> None:
    plain = tmp_path / "plain.png"
    Image.new("RGB", (32, 32), (90, 90, 90)).save(plain)
    controls = BatchnormControls(picture=plain, trained="none", layers=1)
    claims = checked(LESSON, controls, LESSON.compute(controls, silent))
    assert all(holds is not False for holds in claims.values())
