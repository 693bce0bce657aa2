"""Parzen windows: against a direct computation, SciPy's, and what densities promise."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gaussian_kde, multivariate_normal
from torch import Tensor

from zerosum.data import open_source
from zerosum.errors import ConfigError, DataError
from zerosum.metrics import parzen
from zerosum.metrics.parzen import DEVIATIONS, parzen_log_likelihoods, parzen_score


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def test_the_deviations_are_those_of_the_first_gan() -> None:
    assert np.allclose(DEVIATIONS, np.logspace(-1, 0, 10))


@given(n=st.integers(1, 9), m=st.integers(1, 9), d=st.integers(1, 5), deviation=st.floats(0.05, 3))
@settings(max_examples=25, deadline=None)
def test_it_is_the_mean_of_gaussians(n: int, m: int, d: int, deviation: float) -> None:
    images, samples = drawn(n, d), drawn(m, d, seed=1)
    found = parzen_log_likelihoods(images, samples, deviation=deviation)
    densities = [
        np.mean([multivariate_normal(y, deviation**2).pdf(x) for y in samples.double().numpy()])
        for x in images.double().numpy()
    ]
    assert np.allclose(found.numpy(), np.log(densities))


def test_scipy_finds_the_same() -> None:
    """SciPy scales the samples' own covariance; these have that of the unit."""
    samples = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]) * 0.75**0.5
    images = drawn(5, 2)
    theirs = gaussian_kde(samples.double().numpy().T, bw_method=0.3)
    found = parzen_log_likelihoods(images, samples, deviation=0.3)
    assert np.allclose(found.numpy(), theirs.logpdf(images.double().numpy().T))


def test_a_unit_of_half_the_size_takes_log_two_of_each_number() -> None:
    images, samples = drawn(20, 784), drawn(30, 784, seed=1)
    narrow = parzen_log_likelihoods(images, samples, deviation=0.2)
    wide = parzen_log_likelihoods(2 * images - 1, 2 * samples - 1, deviation=0.4)
    assert torch.allclose(narrow - wide, torch.full_like(wide, 784 * math.log(2)))
    assert round(784 * math.log(2), 1) == 543.4


def test_the_number_of_samples_is_no_advantage_in_itself() -> None:
    images, samples = drawn(20, 3), drawn(30, 3, seed=1)
    once = parzen_log_likelihoods(images, samples, deviation=0.2)
    twice = parzen_log_likelihoods(images, samples.repeat(2, 1), deviation=0.2)
    assert torch.allclose(once, twice)


def test_far_images_have_finite_likelihoods() -> None:
    found = parzen_log_likelihoods(torch.ones(1, 784), torch.zeros(1, 784), deviation=0.01)
    wanted = -784 / (2 * 0.01**2) - 784 * math.log(0.01 * math.sqrt(2 * math.pi))
    assert found.item() == pytest.approx(wanted)


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    images, samples = drawn(11, 4), drawn(7, 4, seed=1)
    whole = parzen_log_likelihoods(images, samples, deviation=0.2)
    monkeypatch.setattr(parzen, "ROWS", 3)
    assert torch.allclose(parzen_log_likelihoods(images, samples, deviation=0.2), whole)


def test_validation_images_choose_the_deviation_and_test_images_the_score() -> None:
    samples, validation, test = drawn(200, 2), drawn(100, 2, seed=1), drawn(300, 2, seed=2)
    score = parzen_score(test, samples, validation=validation)
    means = [
        parzen_log_likelihoods(validation, samples, deviation=each).mean() for each in DEVIATIONS
    ]
    assert score.tried == pytest.approx([each.item() for each in means])
    assert score.deviation == DEVIATIONS[int(torch.stack(means).argmax())]
    values = parzen_log_likelihoods(test, samples, deviation=score.deviation)
    assert score.log_likelihood.value == pytest.approx(values.mean().item())
    assert score.log_likelihood.error == pytest.approx(values.std().item() / 300**0.5)


def test_a_gaussian_is_found_again() -> None:
    """Of samples N(0, 1 − σ²) the window is N(0, 1), whose mean log-density is known."""
    random = torch.Generator().manual_seed(0)
    samples = torch.randn(5_000, 1, generator=random) * (1 - 0.3**2) ** 0.5
    test = torch.randn(5_000, 1, generator=random)
    found = parzen_log_likelihoods(test, samples, deviation=0.3).mean().item()
    assert found == pytest.approx(-0.5 * math.log(2 * math.pi * math.e), abs=0.06)


@pytest.mark.slow
def test_mnists_own_images_score_as_published(real_data: Path) -> None:
    """Theis et al. 2016, table 1: 243 nats for 10,000 images of the true distribution."""
    if not (real_data / "MNIST").is_dir():
        pytest.skip("no MNIST here")
    train, test = (
        torch.from_numpy(np.array(open_source(f"mnist:{real_data}", split=split).chunk(0, 10_000)))
        for split in ("train", "test")
    )
    samples, real = (each.flatten(1) / 255 for each in (train, test))
    score = parzen_score(real[1_000:], samples, validation=real[:1_000])
    assert score.log_likelihood.value == pytest.approx(243, abs=6)


@pytest.mark.parametrize("deviation", [0.0, -0.1, math.inf, math.nan])
def test_a_deviation_that_is_none_is_refused(deviation: float) -> None:
    with pytest.raises(ConfigError, match="must be a number above 0"):
        parzen_log_likelihoods(drawn(2, 2), drawn(2, 2), deviation=deviation)


def test_sets_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(DataError, match="features of one network"):
        parzen_log_likelihoods(drawn(2, 2), drawn(2, 3), deviation=0.1)
    with pytest.raises(DataError, match="finite"):
        parzen_score(drawn(2, 2), drawn(2, 2) / 0, validation=drawn(2, 2))
    with pytest.raises(DataError, match="1 or more"):
        parzen_score(drawn(2, 2), drawn(0, 2), validation=drawn(2, 2))
