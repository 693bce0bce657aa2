import pytest
import torch

from zerosum.randomness import Randomness, derive_seed, seed_torch


def test_draws_follow_from_seed_stream_and_position() -> None:
    def draw(seed: int, stream: str, position: int) -> torch.Tensor:
        return Randomness(seed=seed, stream=stream).at(position).normal(3, 2)

    assert torch.equal(draw(0, "game", 64), draw(0, "game", 64))
    for other in [(1, "game", 64), (0, "sample", 64), (0, "game", 65)]:
        assert not torch.equal(draw(0, "game", 64), draw(*other))


def test_the_past_leaves_no_trace() -> None:
    random = Randomness(seed=0)
    random.at(1).normal(1000, 10)
    assert torch.equal(random.at(2).uniform(5), Randomness(seed=0).at(2).uniform(5))


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_processes_share_the_draws_of_the_whole(processes: int) -> None:
    def draws(random: Randomness, n: int) -> list[torch.Tensor]:
        random.at(7)
        return [random.normal(n, 3), random.uniform(n), random.integers(n, 2, low=-4, high=5)]

    whole = draws(Randomness(seed=3), 8)
    parts = [
        draws(Randomness(seed=3, rank=rank, processes=processes), 8 // processes)
        for rank in range(processes)
    ]
    for index, expected in enumerate(whole):
        assert torch.equal(torch.cat([part[index] for part in parts]), expected)


def test_distributions() -> None:
    random = Randomness(seed=0).at(0)
    assert random.normal(20_000).mean().abs() < 0.05
    assert random.normal(20_000).std().item() == pytest.approx(1.0, abs=0.05)
    uniform = random.uniform(20_000, low=-1.0, high=1.0)
    assert uniform.min() >= -1
    assert uniform.max() < 1
    assert uniform.std().item() == pytest.approx(3**-0.5, abs=0.02)
    assert set(random.integers(1000, low=-1, high=2).tolist()) == {-1, 0, 1}


def test_seeds_are_spread_and_words_are_kept_apart() -> None:
    seeds = {derive_seed(0, "a", position) for position in range(1000)}
    assert len(seeds) == 1000
    assert derive_seed("ab", "c") != derive_seed("a", "bc")
    assert derive_seed(1) != derive_seed("1")
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_layers_draw_what_they_would_by_the_usual_seed() -> None:
    seed = derive_seed(3, "layers", 64)
    assert seed > 2**32
    torch.manual_seed(seed)
    expected = torch.nn.functional.dropout(torch.ones(100))
    seed_torch(seed, torch.device("cpu"))
    assert torch.equal(torch.nn.functional.dropout(torch.ones(100)), expected)
