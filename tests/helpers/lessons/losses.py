import torch

from helpers.lessons import Corruption

EXAMPLES = 50


def _flipped(function):  # type: ignore[no-untyped-def]
    return lambda *args, **labels: -function(*args, **labels)


def _of_the_inverse(function):  # type: ignore[no-untyped-def]
    """p/q for q/p."""
    return lambda log_ratio, **labels: function(-log_ratio, **labels)


def _without_the_difference(function):  # type: ignore[no-untyped-def]
    """β + α s in place of β + (α − β) s."""

    def wrong(log_ratio, *, real_label=1.0, fake_label=0.0):  # type: ignore[no-untyped-def]
        return fake_label + real_label * torch.sigmoid(log_ratio)

    return wrong


CORRUPTIONS = [
    Corruption("zerosum.lessons.losses.generator_gradient", lambda _: lambda name, f: (f, f * 0)),
    Corruption("zerosum.objectives.losses.softplus", lambda right: lambda x: right(-x)),
    Corruption(
        "zerosum.objectives.losses.softplus", lambda _: lambda x: torch.log(1 + torch.exp(x))
    ),
    Corruption("zerosum.lessons.losses.optimal_discriminator", _of_the_inverse),
    Corruption("zerosum.lessons.losses.optimal_discriminator", _without_the_difference),
    Corruption("zerosum.lessons.losses.generator_slope", _flipped),
    Corruption("zerosum.lessons.losses.generator_slope", _of_the_inverse),
]
