"""What an optimizer remembers comes back as it was, in the weights' own order in memory."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import nn

from zerosum.training.restoring import optimizer_state, restore_optimizer

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "sgd": partial(torch.optim.SGD, lr=0.1, momentum=0.9),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_moments_lie_in_memory_as_their_weights_do(name: str) -> None:
    layer = nn.Conv2d(2, 3, 3).to(memory_format=torch.channels_last)
    optimizer, another = (OPTIMIZERS[name](layer.parameters()) for _ in range(2))
    layer(torch.randn(1, 2, 5, 5)).square().sum().backward()
    optimizer.step()
    state = optimizer_state(optimizer)["state"]
    # A checkpoint holds numbers in their plain order.
    plain: dict[str, Any] = {
        number: {key: value.contiguous() for key, value in values.items()}
        for number, values in state.items()
    }
    restore_optimizer(another, {"state": plain})
    for weight in layer.parameters():
        for key, value in another.state[weight].items():
            assert torch.equal(value, optimizer.state[weight][key])
            assert value.ndim == 0 or value.stride() == weight.stride()
