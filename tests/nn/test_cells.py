"""The sums of a transposed convolution's weights, against the layer itself."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv_transpose2d

from zerosum.nn.arithmetic import Window, overlaps
from zerosum.nn.cells import balanced_cells, cell_sums

SIZES = [(1, 1), (2, 2), (3, 2), (4, 2), (5, 2), (5, 3), (6, 3), (2, 3), (4, 4), (8, 4)]


def drawn(*shape: int) -> Tensor:
    random = torch.Generator().manual_seed(0)
    return torch.randn(*shape, generator=random, dtype=torch.float64)


def interior(weight: Tensor, stride: int) -> Tensor:
    """Two cells of the layer's output for an input of ones, far from the border."""
    ones = torch.ones(1, len(weight), 12, 12, dtype=torch.float64)
    begin = 5 * stride
    output = conv_transpose2d(ones, weight, stride=stride)[0]
    return output[:, begin : begin + 2 * stride, begin : begin + 2 * stride]


@pytest.mark.parametrize(("kernel", "stride"), SIZES)
def test_the_layer_repeats_these_sums(kernel: int, stride: int) -> None:
    weight = drawn(3, 2, kernel, kernel)
    assert torch.allclose(interior(weight, stride), cell_sums(weight, stride).repeat(1, 2, 2))


@pytest.mark.parametrize(("kernel", "stride"), SIZES)
def test_of_ones_they_are_the_overlaps(kernel: int, stride: int) -> None:
    line = overlaps(Window(kernel=kernel, stride=stride), 12)[5 * stride : 6 * stride]
    counts = torch.outer(torch.tensor(line), torch.tensor(line))
    assert torch.equal(cell_sums(torch.ones(1, 1, kernel, kernel), stride)[0], counts.float())


@pytest.mark.parametrize(("kernel", "stride"), [each for each in SIZES if each[0] >= each[1]])
def test_balanced_weights_give_a_plain_map_and_are_the_nearest(kernel: int, stride: int) -> None:
    weight = drawn(3, 2, kernel, kernel)
    balanced = balanced_cells(weight, stride)
    plain = interior(balanced, stride)
    assert torch.allclose(plain, plain.mean(dim=(1, 2), keepdim=True).expand_as(plain))
    assert torch.allclose(balanced_cells(balanced, stride), balanced)
    # What is taken from the weights of a place is the same for all of them: a change that is even
    # is the shortest that changes their sum so much.
    taken = weight - balanced
    for row in range(stride):
        for column in range(stride):
            each = taken[:, :, row::stride, column::stride]
            assert torch.allclose(each, each[:1, :, :1, :1].expand_as(each))
    assert cell_sums(taken, stride).sum().item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("kernel", "stride"), [(4, 2), (5, 2), (7, 3)])
def test_of_random_weights_all_but_one_in_so_many_is_pattern(kernel: int, stride: int) -> None:
    """Of the mean square of the sums of independent weights their mean has 1/s²."""
    sums = cell_sums(drawn(4, 20_000, kernel, kernel), stride)
    spread = sums.var(dim=(1, 2), correction=0).mean()
    share = (spread / sums.square().mean()).item()
    assert share == pytest.approx(1 - 1 / stride**2, abs=0.01)
