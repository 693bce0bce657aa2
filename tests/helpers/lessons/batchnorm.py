from dataclasses import replace

from hypothesis import strategies as st

from helpers.lessons import Corruption

EXAMPLES = 8
CHEAP = {
    "rows": st.integers(2, 12),
    "columns": st.integers(1, 3),
    "batches": st.integers(1, 30),
    "trained": "none",
    "timed": False,
    "updates": 20,
    "repeats": 1,
}


def _over_n_minus_one(function):  # type: ignore[no-untyped-def]
    """The unbiased variance where the batch's own is meant."""

    def wrong(rows, gamma, beta, *, epsilon=1e-5):  # type: ignore[no-untyped-def]
        steps = function(rows, gamma, beta, epsilon=epsilon)
        inverse = (rows.var(dim=0) + epsilon).rsqrt()
        normalised = steps.centred * inverse
        return replace(
            steps, inverse=inverse, normalised=normalised, output=gamma * normalised + beta
        )

    return wrong


def _without_the_mean(function):  # type: ignore[no-untyped-def]
    """A backward pass that takes μ for a constant."""

    def wrong(steps, gamma, gradient):  # type: ignore[no-untyped-def]
        found = function(steps, gamma, gradient)
        lost = found.steps["mean"] / len(gradient)
        return replace(found, rows=found.rows - lost)

    return wrong


def _without_the_variance(function):  # type: ignore[no-untyped-def]
    """A closed form that takes σ² for a constant."""

    def wrong(steps, gamma, gradient):  # type: ignore[no-untyped-def]
        found = function(steps, gamma, gradient)
        rows = gamma * steps.inverse * (gradient - gradient.mean(dim=0))
        return replace(found, rows=rows)

    return wrong


def _biased(function):  # type: ignore[no-untyped-def]
    """Running variances of σ² over n."""
    return lambda self, steps, *, momentum: replace(
        function(self, steps, momentum=momentum),
        variance=self.variance.lerp(steps.variance, momentum),
    )


def _of_the_old(function):  # type: ignore[no-untyped-def]
    """Momentum as the share of what was there."""
    return lambda self, steps, *, momentum: function(self, steps, momentum=1 - momentum)


def _places_alone(function):  # type: ignore[no-untyped-def]
    """Rows that mix channels with places."""
    return lambda maps: maps.reshape(-1, maps.shape[1])


_STATISTICS = "zerosum.nn.batchnorm_by_hand.RunningStatistics.updated"

CORRUPTIONS = [
    Corruption("zerosum.lessons.batchnorm.normalise_batch", _over_n_minus_one),
    Corruption("zerosum.lessons.batchnorm.backward_by_steps", _without_the_mean),
    Corruption("zerosum.lessons.batchnorm.backward_in_one", _without_the_variance),
    Corruption(_STATISTICS, _biased),
    Corruption(_STATISTICS, _of_the_old),
    Corruption("zerosum.lessons.batchnorm_effects.rows_of_maps", _places_alone),
    Corruption(
        "zerosum.lessons.batchnorm_effects.passage",
        lambda right: lambda **given: right(**{**given, "scale": 1.0}),
    ),
]
