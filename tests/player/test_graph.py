"""What is left of a network for a page to compute."""

import pytest
import torch
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.nn import EqualisedLinear
from zerosum.player import Constants, graph_of
from zerosum.player.operations import OPERATIONS


def names(network: nn.Module, *shape: int) -> list[str]:
    graph = graph_of(network, torch.zeros(1, *shape), Constants())
    return [each.name for each in graph.operations]


def test_what_does_not_depend_on_the_input_is_computed_here() -> None:
    assert names(EqualisedLinear(3, 4), 3) == ["linear"]
    assert names(nn.Sequential(nn.Linear(3, 4), nn.Dropout(), nn.ReLU()), 3) == ["linear", "relu"]


def test_the_network_stays_as_it_is() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.Dropout()).train()
    graph_of(network, torch.zeros(1, 3), Constants())
    assert network.training
    assert all(weight.requires_grad for weight in network.parameters())


def test_a_tensor_that_is_used_twice_is_kept_once() -> None:
    layer, pool = nn.Linear(3, 3, bias=False), Constants()
    graph_of(nn.Sequential(layer, layer), torch.zeros(1, 3), pool)
    assert pool.size == 9


def test_numbers_are_written_with_the_least_byte_first() -> None:
    pool = Constants()
    pool.place(torch.tensor([1.0]))
    assert pool.to_bytes() == bytes([0, 0, 0x80, 0x3F])


class Sorted(nn.Module):
    def forward(self, latents: Tensor) -> Tensor:
        return latents.sort(dim=1).values


class Squared(nn.Module):
    def forward(self, latents: Tensor) -> Tensor:
        return latents @ latents.view(6, 1)


class Fickle(nn.Module):
    def forward(self, latents: Tensor) -> Tensor:
        return latents if latents.sum() > 0 else -latents


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (Sorted(), r"operation sort\.default, which the player does not compute"),
        (Squared(), "multiplies by matrices that it computes"),
        (nn.Sequential(nn.Unflatten(1, (1, 6)), nn.Conv1d(1, 1, 3)), "not of images"),
        (Fickle(), "cannot be written as a page"),
    ],
)
def test_what_a_page_cannot_compute_is_named(network: nn.Module, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        graph_of(network, torch.zeros(1, 6), Constants())
    assert "choose a file that ends in" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_every_operation_of_the_table_is_one_of_torch() -> None:
    known = {str(each).removeprefix("aten.") for each in _core_operations()}
    assert OPERATIONS.keys() - known == {"getitem"}


def _core_operations() -> list[object]:
    packets = (getattr(torch.ops.aten, name.partition(".")[0], None) for name in OPERATIONS)
    return [
        getattr(packet, overload)
        for packet in packets
        if packet is not None and hasattr(packet, "overloads")
        for overload in packet.overloads()
    ]
