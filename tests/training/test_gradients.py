"""Gradients are sent to the other processes while the pass still computes others."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
import torch
from torch import nn

from zerosum.training.gradients import averaged


class _Sent:
    """Messages as if another process had gradients that are three times as large."""

    def __init__(self, network: nn.Module) -> None:
        self.network = network
        self.sizes: list[int] = []
        self.missing: list[int] = []
        """How many gradients were still to come when each message was sent."""

    def all_reduce(self, values: torch.Tensor, *, async_op: bool) -> "_Sent":
        assert async_op
        self.sizes.append(values.numel())
        self.missing.append(sum(weight.grad is None for weight in self.network.parameters()))
        values *= 4
        return self

    def wait(self) -> None: ...


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(*(nn.Linear(8, 8) for _ in range(6)))


@pytest.fixture
def sent(network: nn.Module) -> Iterator[_Sent]:
    found = _Sent(network)
    with (
        patch("torch.distributed.all_reduce", found.all_reduce),
        patch("zerosum.training.gradients.BUCKET", 2 * 72 * 4),
    ):
        yield found


def _cost(network: nn.Module) -> Any:
    return network(torch.ones(4, 8)).square().mean()


def test_each_gradient_is_the_mean(network: nn.Module, sent: _Sent) -> None:
    parameters = list(network.parameters())
    alone = torch.autograd.grad(_cost(network), parameters)
    with averaged(parameters, processes=2):
        _cost(network).backward(inputs=parameters)
    for weight, gradient in zip(parameters, alone, strict=True):
        assert weight.grad is not None
        assert torch.equal(weight.grad, gradient * 2)


def test_messages_leave_while_others_are_computed(network: nn.Module, sent: _Sent) -> None:
    parameters = list(network.parameters())
    with averaged(parameters, processes=2):
        _cost(network).backward(inputs=parameters)
    assert sent.sizes == [144, 144, 144]
    # The last layers' gradients come first; two layers share a message.
    assert sent.missing == [8, 4, 0]


def test_weights_without_a_part_in_the_cost_hold_nobody_up(
    network: nn.Module, sent: _Sent
) -> None:
    assert isinstance(network, nn.Sequential)
    parameters = list(network.parameters())
    with averaged(parameters, processes=2):
        _cost(network[:3]).backward(inputs=parameters)
    assert sent.sizes == [72, 144]  # of layers 3 and 4, then of 2 and 1
    assert all(weight.grad is None for weight in network[3:].parameters())
    assert all(weight.grad is not None for weight in network[:3].parameters())


def test_an_error_in_the_pass_sends_nothing_more(network: nn.Module, sent: _Sent) -> None:
    parameters = list(network.parameters())
    with pytest.raises(ZeroDivisionError), averaged(parameters, processes=2):
        raise ZeroDivisionError
    assert not sent.sizes
    _cost(network).backward(inputs=parameters)  # Nobody listens any more.
    assert not sent.sizes
