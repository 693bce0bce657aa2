"""Fresh probes: blind where nothing differs, sharp where something does, linear or not."""

import math

import pytest
import torch

from zerosum.errors import DataError
from zerosum.metrics import Estimate, a_distance, mutual_information, probe_domains
from zerosum.randomness import Randomness

RANDOM = Randomness(seed=0)


@pytest.mark.parametrize("hidden", [0, 100])
def test_domains_that_are_alike_are_told_by_chance(hidden: int) -> None:
    one, other = RANDOM.at(1).normal(1000, 8), RANDOM.at(2).normal(1000, 8)
    found = probe_domains(one, other, hidden=hidden)
    assert abs(found.value - 0.5) < 4 * found.error


@pytest.mark.parametrize("hidden", [0, 100])
def test_a_shift_is_told_as_well_as_theory_allows(hidden: int) -> None:
    """N(0, 1) against N(2, 1): the best guess is right with probability Φ(1)."""
    one, other = RANDOM.at(1).normal(2000, 1), RANDOM.at(2).normal(2000, 1) + 2.0
    found = probe_domains(one, other, hidden=hidden)
    best = 0.5 * (1 + math.erf(1 / math.sqrt(2)))
    assert abs(found.value - best) < 4 * found.error
    assert found.error == pytest.approx(math.sqrt(best * (1 - best) / 2000), rel=0.1)


def test_what_only_a_hidden_layer_sees() -> None:
    """A narrow ring inside a wide one: no line parts them."""
    angles = RANDOM.at(1).uniform(1000, 1) * 2 * math.pi
    ring = torch.cat([angles.cos(), angles.sin()], dim=1)
    assert probe_domains(ring, 3 * ring, hidden=0).value < 0.75
    assert probe_domains(ring, 3 * ring).value > 0.95


def test_one_seed_one_result_whatever_was_drawn_before_and_sizes_may_differ() -> None:
    one, other = RANDOM.at(1).normal(200, 3), RANDOM.at(2).normal(300, 3) + 0.5
    torch.manual_seed(5)
    first = probe_domains(one, other, seed=3)
    state = torch.get_rng_state()
    assert probe_domains(one, other, seed=3) == first
    assert torch.equal(torch.get_rng_state(), state)


def test_a_constant_feature_is_no_trouble() -> None:
    one = RANDOM.at(1).normal(200, 3)
    one[:, 1] = 7.0
    assert 0.2 < probe_domains(one, one.flip(0)).value < 0.8


def test_too_few_pictures_are_refused() -> None:
    with pytest.raises(DataError, match=r"at least 10 pictures of each domain, .* got 9"):
        probe_domains(torch.zeros(9, 2), torch.zeros(20, 2))


def test_the_a_distance_of_chance_and_of_certainty() -> None:
    assert a_distance(Estimate(value=0.5, error=0.1)).value == 0.0
    assert a_distance(Estimate(value=1.0, error=0.0)).value == 2.0


def test_information_is_entropy_of_the_mean_less_mean_entropy() -> None:
    p = RANDOM.at(3).normal(500, 6).mul(2).softmax(dim=1).double()
    entropy = torch.special.entr(p.mean(dim=0)).sum() - torch.special.entr(p).sum(dim=1).mean()
    found = mutual_information(p)
    assert found.value == pytest.approx(entropy.item())
    values = [mutual_information(part).value for part in torch.split(p, 50)]
    parts = torch.tensor(values)
    assert found.error == pytest.approx(parts.std().item() / math.sqrt(10), rel=0.8)
