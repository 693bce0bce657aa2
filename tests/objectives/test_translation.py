"""The terms of translations: zero where nothing is wrong, closed forms elsewhere."""

import math

import pytest
import torch
from torch.nn.functional import l1_loss, normalize

from zerosum.objectives import absolute_error, patch_nce


def _random(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


def test_equal_images_have_no_error() -> None:
    images = _random(3, 3, 8, 8)
    assert absolute_error(images, images).tolist() == [0, 0, 0]


def test_the_mean_over_pictures_is_pytorchs_l1() -> None:
    a, b = _random(4, 3, 8, 8), _random(4, 3, 8, 8).flip(3)
    assert absolute_error(a, b).mean().item() == pytest.approx(l1_loss(a, b).item())
    assert absolute_error(a, b).shape == (4,)


def test_equal_vectors_have_the_loss_log_places() -> None:
    same = torch.ones(2, 16, 4) / 2
    assert patch_nce(same, same).tolist() == pytest.approx([math.log(16)] * 2)


def test_two_places_by_hand() -> None:
    made = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    source = torch.tensor([[[1.0, 0.0], [1.0, 0.0]]])
    # First place: logits 1/τ and 1/τ. Second: 0 and 0. Both cost log 2.
    assert patch_nce(made, source, temperature=0.5).item() == pytest.approx(math.log(2))
    source = torch.tensor([[[1.0, 0.0], [-1.0, 0.0]]])
    # First: 2 against −2. Second: 0 against 0.
    expected = (math.log1p(math.exp(-4)) + math.log(2)) / 2
    assert patch_nce(made, source, temperature=0.5).item() == pytest.approx(expected)


def test_pictures_are_compared_with_themselves_only() -> None:
    made, source = (normalize(_random(2, 8, 4) + shift, dim=2) for shift in (0.0, 0.1))
    both = patch_nce(made, source)
    alone = torch.cat([patch_nce(made[i : i + 1], source[i : i + 1]) for i in range(2)])
    assert torch.allclose(both, alone)


def test_the_gradient_draws_a_place_to_its_source() -> None:
    made = normalize(_random(1, 8, 4), dim=2).requires_grad_()
    source = normalize(_random(1, 8, 4).flip(1), dim=2)
    (gradient,) = torch.autograd.grad(patch_nce(made, source).sum(), made)
    nearer = made.detach() - 0.01 * gradient
    assert patch_nce(nearer, source).item() < patch_nce(made, source).item()
