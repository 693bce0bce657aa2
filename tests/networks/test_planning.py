"""Plans of generators, beside what their layers do and what is published."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import conv_transpose2d

from zerosum.config import DcganGeneratorConfig
from zerosum.errors import ConfigError
from zerosum.networks import Stack, plan_stacks

small = st.integers(5, 40)


def thin(height: int, width: int, **how: object) -> list[Stack]:
    """Stacks that cost next to nothing to be run."""
    return plan_stacks(
        (1, height, width),
        latent_size=1,
        base_channels=1,
        max_channels=2,
        **how,  # type: ignore[arg-type]
    )


@settings(max_examples=8, deadline=None)
@given(height=small, growth=st.integers(2, 4), is_open=st.booleans(), data=st.data())
def test_every_stack_arrives_with_as_many_parameters_as_it_says(
    height: int, growth: int, is_open: bool, data: st.DataObject
) -> None:
    width = data.draw(st.integers(max(5, height - 2), height + 2))
    stacks = thin(height, width, growth=growth, base=None if is_open else (4, 4))
    assert len({stack.code for stack in stacks}) == len(stacks)
    for stack in stacks:
        generator = stack.build()
        assert generator.eval()(torch.zeros(1, 1)).shape == (1, 1, height, width)
        assert sum(each.numel() for each in generator.parameters()) == stack.parameters
        layers = [each for each in generator if isinstance(each, nn.ConvTranspose2d)]
        assert sum(each.weight.numel() for each in layers) == sum(
            layer.weights for layer in stack.layers
        )


def test_multiplications_are_those_of_the_layers() -> None:
    stack = plan_stacks((3, 32, 32), base_channels=8)[0]
    # 4x4 from one place, and then kernel 4 at each place that goes in.
    expected = 100 * 32 * 16 + 16 * 16 * 32 * 16 + 64 * 16 * 16 * 8 + 256 * 16 * 8 * 3
    assert stack.multiplications == expected


@pytest.mark.parametrize(("side", "odd"), [(28, [7, 14]), (32, [8, 16])])
def test_the_ways_that_everybody_goes(side: int, odd: list[int]) -> None:
    best = plan_stacks((1, side, side))[0]
    sizes = [layer.after[0] for layer in best.layers]
    assert sizes == [4, *odd, side]
    assert not best.uneven
    assert {layer.rows.kernel for layer in best.layers} == {4}


@pytest.mark.parametrize("growth", [2, 3, 4])
def test_any_square_can_be_reached(growth: int) -> None:
    for side in (5, 7, 9, 23, 28, 41, 53, 64, 218):
        assert plan_stacks((1, side, side), growth=growth)
        assert plan_stacks((1, side, side), growth=growth, base=None)


def test_published_generators_are_among_the_plans() -> None:
    """370,627 parameters of the course's CIFAR-10 generator, 3,806,080 of that of faces."""
    small = plan_stacks((3, 32, 32), base_channels=32, kernels=(4,))[0]
    assert small.parameters == 370_627
    faces = plan_stacks((3, 64, 64), latent_size=128, kernels=(4,))[0]
    assert faces.parameters == 3_806_080 + 3  # The published one has no bias at the end.
    ours = DcganGeneratorConfig(base_channels=32, output_bias=True).build((3, 32, 32))
    assert [tuple(each.shape) for each in small.build().parameters()] == [
        tuple(each.shape) for each in ours.parameters()
    ]


@pytest.mark.parametrize("kernel", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("growth", [2, 3])
def test_products_are_counted_away_from_the_border(kernel: int, growth: int) -> None:
    if kernel < growth:
        return
    stack = thin(4 * growth**2, 4 * growth**2, growth=growth, kernels=(kernel,))[0]
    last = stack.layers[-1]
    met = conv_transpose2d(
        torch.ones(1, 1, 12, 12), torch.ones(1, 1, kernel, kernel), stride=growth
    )[0, 0, kernel:-kernel, kernel:-kernel]
    low, high = int(met.min()), int(met.max())
    assert last.products == (low, high)
    assert last.is_even == (low == high) == (kernel % growth == 0)
    assert last.is_blocky == (kernel <= growth)


def test_even_stacks_come_first_and_blocks_after_them() -> None:
    ranks = [(len(each.uneven), len(each.blocky)) for each in plan_stacks((1, 28, 28))]
    assert ranks == sorted(ranks)
    assert ranks[0] == (0, 0)
    assert ranks[-1][0] > 0


def test_channels_are_doubled_towards_z_up_to_a_limit() -> None:
    stack = plan_stacks((3, 64, 64), base_channels=64, max_channels=128)[0]
    assert [layer.outputs for layer in stack.layers] == [128, 128, 128, 64, 3]


def test_sides_that_differ_need_a_first_map_that_does() -> None:
    with pytest.raises(ConfigError, match="no stack leads from 4x4 to 64x16: each layer"):
        plan_stacks((3, 64, 16))
    assert plan_stacks((3, 64, 16), base=None)[0].path == "16x4 → 32x8 → 64x16"
    with pytest.raises(ConfigError, match="from a first map of 2 to 16"):
        plan_stacks((3, 256, 5), base=None)
    with pytest.raises(ConfigError, match="above 4x4"):
        plan_stacks((3, 4, 4))
