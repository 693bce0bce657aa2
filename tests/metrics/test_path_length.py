"""The mean of path lengths, without outliers and with its standard error."""

import numpy as np
import pytest
import torch

from zerosum.metrics import mean_path_length


def test_it_is_the_published_mean_between_percentiles() -> None:
    lengths = np.random.default_rng(0).lognormal(sigma=2.0, size=5_003)
    low = np.percentile(lengths, 1, method="lower")
    high = np.percentile(lengths, 99, method="higher")
    expected = lengths[(low <= lengths) & (lengths <= high)].mean()
    assert mean_path_length(torch.from_numpy(lengths)).value == pytest.approx(expected)
    assert expected < 0.8 * lengths.mean()  # Outliers count here.


@pytest.mark.parametrize("sigma", [0.5, 1.0])
def test_the_error_is_the_spread_of_repeated_measurements(sigma: float) -> None:
    samples = torch.from_numpy(np.random.default_rng(1).lognormal(sigma=sigma, size=(400, 1_000)))
    found = [mean_path_length(sample) for sample in samples]
    spread = np.std([each.value for each in found], ddof=1)
    claimed = np.mean([each.error for each in found])
    # The spread of 400 is known to within 3.5 %.
    assert claimed == pytest.approx(spread, rel=0.12)
