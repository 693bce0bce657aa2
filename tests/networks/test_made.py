"""The masked autoencoder: no number of an image sees itself or one that comes after it."""

from typing import Any

import pytest
import torch
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.networks.made import Made, MaskedLinear
from zerosum.networks.made_settings import MadeConfig

SHAPES = [(1, 3, 4), (3, 2, 3), (1, 1, 1)]
WIDTHS = [(5,), (40,), (30, 20), (16, 16, 16)]


def _made(widths: tuple[int, ...], shape: Any, outputs: int = 2, **fields: Any) -> Made:
    torch.manual_seed(0)
    made = MadeConfig(widths=widths, **fields).build(shape, outputs=outputs)
    for parameter in made.parameters():  # Biases too, so that ReLUs are on both sides of 0.
        torch.nn.init.normal_(parameter)
    return made


def _jacobian(made: Made) -> Tensor:
    """Whether parameter k of number d may change with number j, shape (D, outputs, D)."""
    seen = torch.zeros(made.dimensions, made.outputs, made.dimensions)
    for seed in range(20):
        random = torch.Generator().manual_seed(seed)
        numbers = torch.rand(made.dimensions, generator=random)
        seen += torch.func.jacrev(lambda row: made(made.images(row[None]))[0])(numbers).abs()
    return seen


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("widths", WIDTHS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_number_depends_on_those_before_it_alone(
    shape: Any, widths: tuple[int, ...], direct: bool
) -> None:
    seen = _jacobian(_made(widths, shape, direct=direct))
    before = torch.ones(len(seen), len(seen)).tril(-1).bool().unsqueeze(1).expand_as(seen)
    assert not seen[~before].any()
    if direct:
        assert bool((seen[before] > 0).all())


def test_hidden_units_alone_let_a_number_see_all_before_it() -> None:
    seen = _jacobian(_made((600,), (1, 3, 4), direct=False))[:, 0]
    assert torch.equal(seen > 0, torch.ones_like(seen).tril(-1) > 0)


def test_the_order_is_row_by_row_and_within_a_pixel_channel_by_channel() -> None:
    made = _made((8,), (3, 2, 2))
    images = torch.zeros(1, 3, 2, 2)
    images[0, 1, 1, 0] = 1.0  # Green, in the second row on the left.
    numbers = made.numbers(images)[0]
    assert numbers.tolist() == [0.5] * 7 + [1.0] + [0.5] * 4
    assert torch.equal(made.images(made.numbers(images)), images)


@pytest.mark.parametrize("widths", WIDTHS)
@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_generated_is_chosen_from_the_parameters_of_a_whole_pass(
    shape: Any, widths: tuple[int, ...]
) -> None:
    made = _made(widths, shape)
    told: list[Tensor] = []

    def choose(dimension: int, parameters: Tensor) -> Tensor:
        assert dimension == len(told)
        told.append(parameters)
        return torch.sigmoid(parameters.sum(dim=1))

    images = made.generate(4, choose)
    assert images.shape == (4, *shape)
    torch.testing.assert_close(torch.stack(told, dim=1), made(images), rtol=1e-4, atol=1e-4)


def test_weights_that_are_masked_start_at_nothing_and_stay_there() -> None:
    layer = MaskedLinear(torch.tensor([1, 2, 3]), torch.tensor([1, 2]))
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        layer(torch.ones(2, 3)).square().sum().backward()
        optimizer.step()
    assert torch.equal(layer.weight == 0, layer.mask == 0)


def test_some_rows_of_a_layer_are_those_of_the_whole() -> None:
    layer = MaskedLinear(torch.arange(6), torch.tensor([1, 2, 2, 4]))
    vectors = torch.randn(3, 6)
    torch.testing.assert_close(layer.some(vectors, slice(1, 3)), layer(vectors)[:, 1:3])


def test_hidden_units_start_alike_spread_however_few_numbers_they_see() -> None:
    torch.manual_seed(0)
    layer = MaskedLinear(torch.arange(1, 65), torch.arange(1, 65).repeat_interleave(50), gain=2.0)
    units = layer(torch.ones(1, 64))[0].detach()
    assert 1.2 < float(units[:1600].var()) < 2.8
    assert 1.2 < float(units[1600:].var()) < 2.8


def test_a_network_begins_by_saying_nothing_and_learns_with_all_its_weights() -> None:
    torch.manual_seed(0)
    made = MadeConfig(widths=(64, 64)).build((1, 4, 4), outputs=2)
    images = torch.rand(8, 1, 4, 4) * 2 - 1
    assert not made(images).any()
    before = [weight.detach().clone() for weight in made.parameters()]
    optimizer = torch.optim.SGD(made.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        torch.autograd.backward((made(images) - 1).square().sum(), inputs=list(made.parameters()))
        optimizer.step()
    for old, new in zip(before, made.parameters(), strict=True):
        assert not torch.equal(old, new)


@pytest.mark.parametrize("widths", [(), (0,), (8, -1)])
def test_widths_that_nothing_can_be_made_of_are_refused(widths: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match="widths"):
        MadeConfig(widths=widths)
