"""Comparing the pictures of a batch: the formula, its extremes, and who depends on whom."""

import pytest
import torch

from zerosum.nn import MinibatchDiscrimination


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def test_it_is_the_papers_formula_without_the_picture_itself() -> None:
    compare = MinibatchDiscrimination(4, kernels=3, size=2)
    features = torch.randn(5, 4)
    measures = torch.einsum("na,acb->nbc", features, compare.weight)
    for i in range(5):
        for b in range(3):
            expected = sum(
                (-(measures[i, b] - measures[j, b]).abs().sum()).exp().item()
                for j in range(5)
                if j != i
            )
            assert compare(features)[i, b].item() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_equal_pictures_count_all_others_and_far_ones_none(n: int) -> None:
    compare = MinibatchDiscrimination(4, kernels=3)
    equal, far = torch.ones(n, 4), 1e4 * torch.randn(n, 4)
    assert torch.equal(compare(equal), torch.full((n, 3), n - 1.0))
    torch.testing.assert_close(compare(far), torch.zeros(n, 3))


def test_the_order_of_the_batch_does_not_matter() -> None:
    compare, features = MinibatchDiscrimination(4, kernels=3), torch.randn(6, 4)
    order = torch.randperm(6)
    torch.testing.assert_close(compare(features)[order], compare(features[order]))


def test_a_step_down_its_count_moves_a_picture_away_from_the_others() -> None:
    compare = MinibatchDiscrimination(2, kernels=20)
    features = (0.1 * torch.randn(4, 2)).requires_grad_()
    compare(features)[0].sum().backward()
    assert features.grad is not None
    step = torch.zeros_like(features)
    step[0] = features.grad[0]
    assert compare(features - 0.1 * step)[0].sum() < compare(features)[0].sum()


def test_slopes_of_slopes_are_right_for_penalties() -> None:
    compare = MinibatchDiscrimination(3, kernels=2).double()
    features = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(compare, features)
    assert torch.autograd.gradgradcheck(compare, features)


def test_at_the_start_features_one_apart_are_neither_the_same_nor_far() -> None:
    compare = MinibatchDiscrimination(1000, kernels=200)
    features = torch.randn(2, 1000) / 2**0.5  # of differences of variance 1
    near = compare(features).mean().item()
    assert 0.2 < near < 0.7
