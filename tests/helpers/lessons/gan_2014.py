import math
from dataclasses import replace

from hypothesis import strategies as st

from helpers.lessons import Corruption

EXAMPLES = 2
CHEAP = {"samples": 200, "centres": st.integers(50, 80)}


def _without_the_root(right):  # type: ignore[no-untyped-def]
    """log(2πσ) for log(σ√2π)."""

    def wrong(*args, **named):  # type: ignore[no-untyped-def]
        score = right(*args, **named)
        value = score.log_likelihood.value - 784 / 2 * math.log(2 * math.pi)
        return replace(score, log_likelihood=replace(score.log_likelihood, value=value))

    return wrong


def _of_the_sum(right):  # type: ignore[no-untyped-def]
    """The logarithm of the sum over the samples, for that of the mean."""

    def wrong(test, samples, **named):  # type: ignore[no-untyped-def]
        score = right(test, samples, **named)
        value = score.log_likelihood.value + math.log(len(samples))
        return replace(score, log_likelihood=replace(score.log_likelihood, value=value))

    return wrong


CORRUPTIONS = [
    Corruption("zerosum.lessons.gan_2014.parzen_score", _without_the_root),
    Corruption("zerosum.lessons.gan_2014.parzen_score", _of_the_sum),
    Corruption(
        "zerosum.lessons.gan_2014.cluster_centres",
        lambda right: (
            lambda points, count, *, seed, steps: right(points, count, seed=seed, steps=0)
        ),
    ),
    Corruption("zerosum.lessons.gan_2014.gaussian_filter", lambda _: lambda images, _: images),
    Corruption(
        "zerosum.lessons.gan_2014.nearest",
        lambda right: lambda test, samples: right(samples, test),
    ),
]
