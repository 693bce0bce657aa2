"""One trained classifier for all tests of attacks."""

import pytest
from torch import Tensor

from helpers.victims import digits, train_digits_classifier
from zerosum.attacks import PixelClassifier


@pytest.fixture(scope="session")
def victim() -> PixelClassifier:
    return train_digits_classifier()


@pytest.fixture(scope="session")
def right(victim: PixelClassifier) -> tuple[Tensor, Tensor]:
    """200 digits that it has not learnt and gets right."""
    images, labels = digits(4000, 4300)
    kept = victim(images).argmax(dim=1) == labels
    assert kept.float().mean() > 0.92
    return images[kept][:200], labels[kept][:200]
