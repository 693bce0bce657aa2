from collections.abc import Callable
from typing import Any

import torch
from hypothesis import strategies as st

from helpers.lessons import Corruption
from zerosum.games.generating import DISCRIMINATOR, GENERATOR
from zerosum.training.loop import Loop
from zerosum.training.tracing import RoundTrace

EXAMPLES = 4
CHEAP = {"rounds": st.sampled_from([0, 20]), "seed": st.sampled_from([0, 7])}


def _looking_draws(right: Callable[[Loop[Any]], RoundTrace]) -> Callable[[Loop[Any]], RoundTrace]:
    """To look at samples in training mode moves the statistics of batch normalisation."""

    def wrong(loop: Loop[Any]) -> RoundTrace:
        loop.game.players[GENERATOR].network(torch.zeros(4, 100))
        return right(loop)

    return wrong


def _uphill_images(right: Callable[[Loop[Any]], RoundTrace]) -> Callable[[Loop[Any]], RoundTrace]:
    def wrong(loop: Loop[Any]) -> RoundTrace:
        trace = right(loop)
        for each in trace.passes:
            each.gradients = {move: -gradient for move, gradient in each.gradients.items()}
        return trace

    return wrong


def _ascending(right: Callable[..., Loop[Any]]) -> Callable[..., Loop[Any]]:
    def wrong(*, seed: int) -> Loop[Any]:
        loop = right(seed=seed)
        for player in loop.game.players.values():
            player.optimizer.param_groups[0]["maximize"] = True
        return loop

    return wrong


def _restless(right: Callable[..., Loop[Any]]) -> Callable[..., Loop[Any]]:
    """One optimizer that moves both players."""

    def wrong(*, seed: int) -> Loop[Any]:
        loop = right(seed=seed)
        generator = loop.game.players[GENERATOR].network
        optimizer = loop.game.players[DISCRIMINATOR].optimizer

        def move_both(*_: object) -> None:
            with torch.no_grad():
                next(generator.parameters()).mul_(1.001)

        optimizer.register_step_post_hook(move_both)
        return loop

    return wrong


CORRUPTIONS = [
    Corruption("zerosum.lessons.step.trace_round", _looking_draws),
    Corruption("zerosum.lessons.step.trace_round", _uphill_images),
    Corruption("zerosum.lessons.step.packaged_loop", _ascending),
    Corruption("zerosum.lessons.step.packaged_loop", _restless),
]
