"""Taking back what a player's optimizer remembered when a checkpoint was saved."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from zerosum.checkpoint import require_like
from zerosum.errors import CheckpointError

__all__ = ["optimizer_state", "restore_optimizer"]


def optimizer_state(optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """What an optimizer remembers of each weight, by text as JSON wants it rather than by numbers.

    Its settings are not part of it: they follow from the run's configuration and its progress.

    Example:
        >>> weight = nn.Parameter(torch.zeros(2))
        >>> sgd = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
        >>> weight.sum().backward()
        >>> sgd.step()
        >>> optimizer_state(sgd)["state"]
        {'0': {'momentum_buffer': tensor([1., 1.])}}
    """
    remembered = optimizer.state_dict()["state"]
    return {"state": {str(number): values for number, values in remembered.items()}}


def restore_optimizer(
    optimizer: torch.optim.Optimizer, saved: Mapping[str, Any], where: str = "optimizer"
) -> None:
    """Take back what the optimizer remembered of each weight; its settings are those of now.

    Args:
        optimizer: Whose memory it is.
        saved: What `optimizer_state` gave.
        where: What to call it in messages.

    Raises:
        CheckpointError: It is the memory of another optimizer, or of other weights.

    Example:
        >>> adam = torch.optim.Adam([nn.Parameter(torch.zeros(2))])
        >>> restore_optimizer(adam, {"state": {"0": {"momentum_buffer": torch.zeros(2)}}})
        Traceback (most recent call last):
        ...
        zerosum.errors.CheckpointError: ... fit: optimizer.state.0.step should be ... is missing...
    """
    require_like(saved, {"state": {}}, where)
    settings = optimizer.state_dict()["param_groups"]
    weights = {str(n): weight for n, weight in enumerate(_weights(optimizer))}
    remembered = _remembered(optimizer)
    for number, found in saved["state"].items():
        if number not in weights:
            raise CheckpointError(
                f"the checkpoint does not fit: {where} remembers a weight {number}, and there are "
                f"{len(weights)}. Resume from another checkpoint of the run, or start a new run."
            )
        like = {
            name: weights[number] if value.ndim else value for name, value in remembered.items()
        }
        require_like(found, like, f"{where}.state.{number}")
    memory = {int(number): found for number, found in saved["state"].items()}
    optimizer.load_state_dict({"state": memory, "param_groups": settings})
    _lay_out_like_weights(optimizer)


def _weights(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    return [weight for group in optimizer.param_groups for weight in group["params"]]


def _remembered(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What such an optimizer remembers of a weight that it has moved once, here of one number."""
    weight = nn.Parameter(torch.zeros(1))
    weight.grad = torch.zeros(1)
    make: Any = type(optimizer)
    twin = make([weight], **optimizer.defaults)
    twin.step()
    return dict(twin.state[weight])


def _lay_out_like_weights(optimizer: torch.optim.Optimizer) -> None:
    """Give an optimizer's moments the memory format of their weights.

    A checkpoint holds them in plain order, but fused kernels walk through weight and moments side
    by side in memory: with another order they would pair a weight with another weight's moment.
    """
    for weight, moments in optimizer.state.items():
        for name, moment in moments.items():
            if moment.shape == weight.shape:
                moments[name] = torch.empty_like(weight).copy_(moment)
