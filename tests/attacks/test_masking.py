"""Classifiers with masked gradients are recognised; for others there is no false alarm."""

import torch
from torch import Tensor, nn

from helpers.victims import two_classes
from zerosum.attacks import Evidence, PixelClassifier, examine, signs_of_masking

CALM = Evidence(random=False, flat=0.0)


class Sleepy(nn.Module):
    """Dropout that goes on in evaluation, as in code that forgot the flag."""

    def forward(self, images: Tensor) -> Tensor:
        return nn.functional.dropout(images, 0.5, training=True)


class Stepped(nn.Module):
    """Flat almost everywhere."""

    def forward(self, images: Tensor) -> Tensor:
        return (images * 8).round() / 8 + 0 * images


def examined(first: nn.Module) -> Evidence:
    classifier, _ = two_classes()
    images = torch.rand(6, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    hidden = PixelClassifier(network=nn.Sequential(first, classifier.network))
    return examine(hidden, images, torch.zeros(6).long())


def test_evidence() -> None:
    assert examined(nn.Identity()) == CALM
    assert examined(Sleepy()).random
    assert examined(Stepped()) == Evidence(random=False, flat=1.0)


def signs(success: dict[str, float], **known: object) -> list[str]:
    evidence = known.get("evidence", CALM)
    unbounded = known.get("unbounded")
    assert isinstance(evidence, Evidence)
    assert unbounded is None or isinstance(unbounded, float)
    return signs_of_masking(success, evidence=evidence, curves={}, unbounded=unbounded)


def test_honest_numbers_raise_no_doubt() -> None:
    honest = {"noise": 0.01, "fgsm": 0.4, "pgd": 0.6, "square": 0.5}
    assert signs(honest, unbounded=1.0) == []
    assert signs({"noise": 0.5, "square": 0.4}) == []  # No attack used gradients.


def test_each_sign() -> None:
    (black_box,) = signs({"pgd": 0.2, "square": 0.6})
    assert "square" in black_box
    (one_step,) = signs({"pgd": 0.2, "fgsm": 0.4})
    assert "fgsm" in one_step
    (aimless,) = signs({"pgd": 0.2, "noise": 0.2})
    assert "noise" in aimless
    (bounded,) = signs({"pgd": 0.5}, unbounded=0.5)
    assert "every pixel" in bounded
    (flat,) = signs({"pgd": 0.5}, evidence=Evidence(random=False, flat=0.5))
    assert "50%" in flat
    (random,) = signs({"pgd": 0.5}, evidence=Evidence(random=True, flat=0.0))
    assert "different logits" in random


def test_a_larger_ball_is_not_safer() -> None:
    falling = {"pgd": [(0.0, 1.0), (0.1, 0.5), (0.2, 0.2)]}
    rising = {"pgd": [(0.0, 1.0), (0.1, 0.2), (0.2, 0.5)]}
    assert signs_of_masking({}, evidence=CALM, curves=falling) == []
    (sign,) = signs_of_masking({}, evidence=CALM, curves=rising)
    assert "0.2 than with 0.1" in sign
