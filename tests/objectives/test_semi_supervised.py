"""K logits with "generated" at 0: the same as K + 1 logits, and stable."""

import math

import pytest
import torch
from torch import Tensor

from zerosum.objectives import MATCHES, NonSaturating, cross_entropy, realness


def draws(*shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(shape, generator=generator, dtype=torch.float64) * 3


def test_it_is_a_classifier_of_one_class_more() -> None:
    """Salimans et al. 2016, section 5: p(generated) and 1 - p(generated) of K + 1 classes."""
    logits = draws(20, 7)
    whole = torch.cat([logits, torch.zeros(20, 1, dtype=torch.float64)], dim=1)
    generated = whole.softmax(1)[:, -1]
    torch.testing.assert_close(realness(logits).sigmoid(), 1 - generated)
    objective = NonSaturating()
    costs = objective.discriminator(realness(logits), realness(logits))
    torch.testing.assert_close(costs, -(1 - generated).log() - generated.log())


def test_the_published_form_of_the_cost() -> None:
    """-½ E λ(u) + ½ E softplus(λ(u)) + ½ E softplus(λ(G)), as in the authors' code."""
    real, fake = realness(draws(20, 7)), realness(draws(20, 7).flip(0) * 2)
    softplus = torch.nn.functional.softplus
    published = -0.5 * real.mean() + 0.5 * softplus(real).mean() + 0.5 * softplus(fake).mean()
    torch.testing.assert_close(0.5 * NonSaturating().discriminator(real, fake).mean(), published)


def test_classes_do_not_care_for_a_shift_but_realness_does() -> None:
    logits, labels = draws(5, 4), torch.tensor([0, 1, 2, 3, 0])
    torch.testing.assert_close(cross_entropy(logits + 3, labels), cross_entropy(logits, labels))
    torch.testing.assert_close(realness(logits + 3), realness(logits) + 3)


def test_large_logits_stay_finite() -> None:
    logits = torch.tensor([[1000.0, -1000.0], [-1000.0, -1000.0]], requires_grad=True)
    logit = realness(logits)
    torch.testing.assert_close(logit, torch.tensor([1000.0, math.log(2) - 1000.0]))
    NonSaturating().discriminator(logit, logit).sum().backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("name", MATCHES)
def test_matching_is_zero_for_the_same_pictures_in_any_order(name: str) -> None:
    features = draws(12, 5)
    assert MATCHES[name](features, features.flip(0)).item() == pytest.approx(0.0, abs=1e-12)
    shifted = features + torch.tensor([2.0, 0, 0, 0, 0])
    expected = {"squared": 4 / 5, "absolute": 2 / 5}[name]
    assert MATCHES[name](shifted, features).item() == pytest.approx(expected)
