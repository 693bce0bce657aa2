"""Means of gradients over the processes, on their way while others are still computed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, distributed, nn

__all__ = ["averaged"]

BUCKET = 25 * 2**20
"""Bytes of one message: fewer cost more messages, more are sent later (PyTorch's own DDP has the
same; Li et al. 2020, section 3.2.2, https://arxiv.org/abs/2006.15704)."""


class _Bucket:
    """Some weights, whose gradients are sent in one message."""

    def __init__(self, weights: Sequence[nn.Parameter]) -> None:
        self.weights = weights
        self.missing = len(weights)
        self._gradients: list[Tensor] = []
        self._flat = torch.empty(0)
        self._work: Any = None

    def send(self) -> None:
        self._gradients = [weight.grad for weight in self.weights if weight.grad is not None]
        if self._gradients:
            self._flat = torch.cat([gradient.flatten() for gradient in self._gradients])
            self._work = distributed.all_reduce(self._flat, async_op=True)

    def receive(self, processes: int) -> None:
        if self._work is None:
            return
        self._work.wait()
        means = torch.split(self._flat / processes, [part.numel() for part in self._gradients])
        for gradient, mean in zip(self._gradients, means, strict=True):
            gradient.copy_(mean.view_as(gradient))


@contextmanager
def averaged(parameters: Sequence[nn.Parameter], *, processes: int) -> Iterator[None]:
    """Within the block runs one backward pass; after it the gradients are the processes' means.

    Weights share messages in the reverse order of the network, which is about the order in which
    their gradients come. Each message is sent as soon as the last of its gradients is there, but
    none before the one before it, so that all processes send the same ones in the same order.

    Args:
        parameters: Whose gradients the pass computes, in the order of the network; the same ones
            in every process.
        processes: How many there are.

    Example:
        >>> weight = nn.Parameter(torch.ones(2))
        >>> with averaged([weight], processes=1):
        ...     weight.sum().backward()
        >>> weight.grad
        tensor([1., 1.])
    """
    if processes == 1:
        yield
        return
    buckets = _buckets(parameters)
    waiting = list(buckets)

    def send_what_is_ready() -> None:
        while waiting and not waiting[0].missing:
            waiting.pop(0).send()

    def note(bucket: _Bucket) -> None:
        bucket.missing -= 1
        send_what_is_ready()

    handles = [
        weight.register_post_accumulate_grad_hook(  # type: ignore[no-untyped-call]
            lambda _, bucket=bucket: note(bucket)
        )
        for bucket in buckets
        for weight in bucket.weights
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
    for bucket in waiting:  # Some of their weights had no part in the cost.
        bucket.send()
    for bucket in buckets:
        bucket.receive(processes)


def _buckets(parameters: Sequence[nn.Parameter]) -> list[_Bucket]:
    groups: list[list[nn.Parameter]] = []
    room = 0
    for weight in reversed(parameters):
        size = weight.numel() * weight.element_size()
        if size > room or not groups:
            groups.append([])
            room = BUCKET
        groups[-1].append(weight)
        room -= size
    return [_Bucket(group) for group in groups]
