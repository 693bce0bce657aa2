from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch
from hypothesis import strategies as st

from helpers.lessons import Corruption

EXAMPLES = 2
CHEAP = {
    "updates": 60,
    "learning_rate": 0.1,
    "asked": 50,
    "companions": st.integers(1, 10),
    "repeats": 1,
    "seed": 0,
}


def _not_at_all(_):  # type: ignore[no-untyped-def]
    """Evaluation mode where training mode is meant."""

    @contextmanager
    def nothing(network) -> Iterator[None]:  # type: ignore[no-untyped-def]
        yield

    return nothing


def _by_rows(function):  # type: ignore[no-untyped-def]
    """Each row by the mean of its own numbers, as layer normalisation has it."""

    def wrong(rows, gamma, beta, *, epsilon=1e-5):  # type: ignore[no-untyped-def]
        steps = function(rows, gamma, beta, epsilon=epsilon)
        variance, mean = torch.var_mean(rows, dim=1, correction=0, keepdim=True)
        normalised = (rows - mean) * (variance + epsilon).rsqrt()
        return replace(steps, normalised=normalised, output=gamma * normalised + beta)

    return wrong


def _errors(function):  # type: ignore[no-untyped-def]
    """The share that is wrong for the share that is right."""
    return lambda logits, labels: 1 - function(logits, labels)


CORRUPTIONS = [
    Corruption("zerosum.lessons.train_or_eval_asking.normalising_by_batch", _not_at_all),
    Corruption("zerosum.lessons.train_or_eval_company.normalising_by_batch", _not_at_all),
    Corruption("zerosum.nn.batchnorm_by_hand.normalise_batch", _by_rows),
    Corruption("zerosum.lessons.train_or_eval.normalise_batch", _by_rows),
    Corruption("zerosum.lessons.train_or_eval_asking._share", _errors),
]
