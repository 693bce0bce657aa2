"""One image before a classifier: answers, slopes and attacks."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from helpers.victims import linear
from zerosum.attacks import ATTACKS, L2, NORMS, LInf, attack_images, fgsm
from zerosum.data import StoreSettings
from zerosum.errors import ConfigError, DataError
from zerosum.families.victims import Victim, load_victim
from zerosum.jobs.one_image import OneImage, class_names, read_for
from zerosum.lessons.packaged import picture_for

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def digits() -> Victim:
    return load_victim("digits", device=CPU)


@pytest.fixture(scope="module")
def seven(digits: Victim) -> OneImage:
    return OneImage(digits, picture_for(digits, None, number=0))


def of_weights(weight: torch.Tensor) -> Victim:
    return Victim(
        classifier=linear(weight),
        name="linear",
        classes=(),
        size=(2, 2),
        channels=1,
        device=CPU,
        weights="",
    )


def test_the_gradient_is_that_of_the_cross_entropy_in_pixels() -> None:
    weight = torch.tensor([[1.0, 2.0, -1.0, 0.5], [0.0, -1.0, 3.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    image = OneImage(of_weights(weight), torch.full((1, 1, 2, 2), 0.25))
    said = image.logits.softmax(dim=1)[0]
    for label in (None, 0, 1, 2):
        by_hand = said @ weight - weight[image.label if label is None else label]
        assert torch.allclose(image.loss_gradient(label).flatten(), by_hand, atol=1e-6)
        assert image.loss(label) == pytest.approx(
            -float(said[image.label if label is None else label].log())
        )
    with pytest.raises(ConfigError, match="from 0 to 2, got 3"):
        image.loss_gradient(3)


def test_the_gradient_stays_right_where_the_classifier_is_sure() -> None:
    weight = torch.tensor([[50.0, 50.0, 50.0, 50.0], [3.0, 0.0, 0.0, 0.0]])
    image = OneImage(of_weights(weight), torch.ones(1, 1, 2, 2))
    # p of class 1 is e^-197, and L as small: all of its gradient is p times the difference.
    assert image.loss() == image.loss_gradient().abs().max() == 0
    image = OneImage(of_weights(weight / 8), torch.ones(1, 1, 2, 2))
    by_hand = image.loss() * (weight[1] - weight[0]) / 8
    assert torch.allclose(image.loss_gradient().flatten(), by_hand, rtol=1e-4, atol=0)
    assert 0 < image.loss() < 1e-10


@pytest.mark.parametrize(
    ("name", "norm"),
    [("fgsm", "linf"), ("fgsm", "l2"), ("pgd", "linf"), ("deepfool", "l2")],
)
def test_an_attack_on_one_is_that_on_many(seven: OneImage, name: str, norm: str) -> None:
    epsilon = 0.2 if norm == "linf" else 2.0
    attack = ATTACKS[name](NORMS[norm])
    once = attack_images(
        attack,
        seven.victim.classifier,
        seven.pixels,
        torch.tensor([seven.label]),
        epsilon=epsilon,
    )
    found = seven.attack(attack, epsilon=epsilon)
    assert torch.allclose(found.attacked.images, once.images, atol=1e-6)
    assert found.fooled == bool(once.fooled)
    # The noise is as large as what the attack did, not as it might have been.
    assert float(found.noise.sizes) == pytest.approx(float(found.attacked.sizes), rel=0.02)


def test_a_smallest_perturbation_is_looked_for_once(
    seven: OneImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    attack = ATTACKS["deepfool"](L2())
    free = seven.attack(attack, epsilon=20.0)
    assert free.fooled
    smallest = free.size("l2")
    monkeypatch.setattr(type(attack), "perturb", lambda *_, **__: pytest.fail("again"))
    half = seven.attack(attack, epsilon=smallest / 2)
    assert half.size("l2") == pytest.approx(smallest / 2, rel=1e-4)
    assert not half.fooled
    assert seven.attack(attack, epsilon=2 * smallest).size("l2") == pytest.approx(smallest)


def test_a_target_is_reached_and_its_own_class_is_none(seven: OneImage) -> None:
    target = (seven.label + 1) % 10
    found = seven.attack(ATTACKS["pgd"](LInf()), epsilon=0.3, target=target)
    assert found.fooled
    assert found.kept
    assert int(found.attacked.predictions) == target
    with pytest.raises(ConfigError, match="already; choose another target"):
        seven.attack(fgsm(LInf()), epsilon=0.1, target=seven.label)


def test_what_is_less_than_half_a_grey_level_is_lost_in_a_file() -> None:
    bright = linear(torch.tensor([[1.0] * 4, [0.0] * 4]), torch.tensor([0.0, 0.002]))
    victim = replace(of_weights(torch.eye(2, 4)), classifier=bright)
    found = OneImage(victim, torch.zeros(1, 1, 2, 2)).attack(fgsm(LInf()), epsilon=0.001)
    assert found.fooled
    assert not found.kept


def test_a_change_is_magnified_to_half_of_the_range(seven: OneImage) -> None:
    found = seven.attack(fgsm(LInf()), epsilon=0.05)
    shown = found.magnified(found.attacked)
    assert float((shown - 0.5).abs().max()) == pytest.approx(0.5)
    none = seven.attack(fgsm(LInf()), epsilon=0.0)
    assert torch.equal(none.magnified(none.noise), torch.full_like(seven.pixels, 0.5))
    assert none.factor == 1.0


def test_a_file_is_read_as_the_run_reads_its_own(digits: Victim, tmp_path: Path) -> None:
    wide = Image.new("RGB", (56, 28), "white")
    wide.paste((0, 0, 0), (14, 0, 42, 28))
    wide.save(tmp_path / "wide.png")
    cut = read_for(digits, tmp_path / "wide.png")
    assert float(cut.max()) == 0.0
    padded = StoreSettings(size=(28, 28), channels=1, fit="pad")
    assert float(read_for(digits, tmp_path / "wide.png", padded).max()) == 1.0
    Image.new("L", (7, 7)).save(tmp_path / "small.png")
    assert read_for(digits, tmp_path / "small.png").shape == (1, 1, 28, 28)
    with pytest.raises(DataError, match="does not exist"):
        read_for(digits, tmp_path / "none.png")


def test_classes_without_names_have_numbers() -> None:
    assert class_names(of_weights(torch.eye(3, 4)), 3) == ("class 0", "class 1", "class 2")
