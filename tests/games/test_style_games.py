"""What the theory says of games whose networks grow, and of the path length penalty."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import zerosum
from zerosum.config import GrowthConfig, PathLengthConfig, RunConfig, change
from zerosum.errors import ConfigError
from zerosum.families.building import build_game
from zerosum.games import Growth, PathLength, Round
from zerosum.nn.bilinear import Convolution
from zerosum.objectives import path_lengths
from zerosum.randomness import Randomness
from zerosum.recipes import recipe
from zerosum.training.diagnostics import player_diagnostics
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import Batch

SMALL: dict[str, Any] = {
    "batch_size": 8,
    "game.generator.latent_size": 8,
    "game.generator.base_channels": 4,
    "game.discriminator.base_channels": 4,
    "game.ema_half_life": 50,
    "game.penalties.r1.every": 3,
}
GROWING = change(recipe("progan-digits"), SMALL | {"game.growth.hold": 16, "game.growth.fade": 32})
STYLED = change(
    recipe("stylegan2-digits"),
    SMALL | {"game.path_length.weight": 2.0, "game.path_length.every": 2, "pictures.size": (8, 8)},
)


class Noise:
    """Real pictures are noise, which follows from the position."""

    def __init__(self, config: RunConfig) -> None:
        self.batch_size = config.batch_size
        self.shape = config.pictures.shape

    def size_at(self, position: int) -> int:
        return self.batch_size

    def at(self, position: int) -> Batch:
        generator = torch.Generator().manual_seed(position)
        return Batch(images=torch.rand(self.batch_size, *self.shape, generator=generator) * 2 - 1)


def loop_of(config: RunConfig) -> Loop[Batch]:
    engine = Engine(device=torch.device("cpu"))
    game = build_game(config, engine)
    return Loop(game=game, batches=Noise(config), engine=engine, seed=0)


def tensors(state: object) -> Iterator[Tensor]:
    if isinstance(state, Tensor):
        yield state
    elif isinstance(state, dict):
        for name in sorted(state):
            yield from tensors(state[name])


def same(one: object, other: object) -> bool:
    pairs = zip(tensors(one), tensors(other), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_growth_holds_and_fades_by_images() -> None:
    growth = Growth(GrowthConfig(hold=100, fade=300))
    result = [growth.progress(images) for images in (0, 99, 100, 250, 400, 500, 650, 800)]
    assert result == [0, 0, 0, 0.5, 1, 1, 1.5, 2]
    assert Growth(GrowthConfig(hold=100, fade=0)).progress(250) == 2
    assert Growth(GrowthConfig(hold=0, fade=100)).progress(250) == 2.5


def test_both_players_and_the_average_grow_with_the_images() -> None:
    loop = loop_of(GROWING)
    result = []
    while loop.images_seen < 120:
        begin = loop.images_seen
        loop.play_round()
        networks: list[Any] = [player.network for player in loop.game.players.values()]
        networks.append(loop.game.players["generator"].ema)
        assert len({network.progress.item() for network in networks}) == 1
        growth = Growth(GrowthConfig(hold=16, fade=32))
        assert networks[0].progress.item() == min(2, growth.progress(begin))
        result.append(networks[0].progress.item())
    assert result == sorted(result)
    assert (result[0], result[-1]) == (0, 2)


def test_every_weight_moves_while_networks_grow() -> None:
    loop = loop_of(GROWING)
    before = deepcopy(loop.state_dict()["players"])
    while loop.images_seen < 120:
        loop.play_round()
    for role, player in loop.game.players.items():
        for name, weight in player.network.named_parameters():
            assert not torch.equal(weight, before[role]["network"][name]), (role, name)


def test_diagnostics_leave_growth_and_path_mean_alone() -> None:
    for config in (GROWING, STYLED):
        loop = loop_of(config)
        for _ in range(4):
            loop.play_round()
        before = deepcopy(loop.state_dict())
        player_diagnostics(loop)
        assert same(before, loop.state_dict())


@pytest.mark.parametrize("config", [GROWING, STYLED])
@pytest.mark.parametrize("rounds", [1, 4, 7])  # 4: in the middle of a fade
def test_a_run_goes_on_bit_for_bit(config: RunConfig, rounds: int) -> None:
    whole, first, second = loop_of(config), loop_of(config), loop_of(config)
    for _ in range(9):
        whole.play_round()
    for _ in range(rounds):
        first.play_round()
    second.load_state_dict(deepcopy(first.state_dict()))
    for _ in range(9 - rounds):
        second.play_round()
    assert same(whole.state_dict(), second.state_dict())


class Scaled(nn.Module):
    """G(w) = b w, a picture of one pixel per number: every path has the length b ‖y‖."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def mapping(self, latents: Tensor) -> Tensor:
        return latents[:, None].expand(-1, 3, -1).clone()

    def synthesis(self, styles: Tensor) -> Tensor:
        return (self.factor * styles.sum(dim=1))[:, :, None, None]


def test_the_path_length_of_a_linear_map_is_its_factor() -> None:
    styles = torch.randn(5000, 3, 2, requires_grad=True)
    lengths = path_lengths(Scaled(3.0).synthesis, styles, Randomness(seed=0))
    assert lengths.square().mean().item() == pytest.approx(9 * 2, rel=0.05)


def test_paths_of_the_mean_length_have_no_penalty_and_others_are_drawn_to_it() -> None:
    now = Round(number=0, images_seen=0, random=Randomness(seed=0))
    generator, latents = Scaled(2.0), torch.randn(4, 6).requires_grad_()
    paths = PathLength(PathLengthConfig(weight=2.0, every=4))
    known = path_lengths(generator.synthesis, generator.mapping(latents), Randomness(seed=0))
    terms = paths.penalty(generator, latents, now)
    mean = 0.01 * known.mean()
    assert paths.mean.item() == pytest.approx(mean.item())
    assert terms["path length"].item() == pytest.approx(known.mean().item())
    expected = 8 * (known - mean).square().mean()
    assert terms["path penalty"].item() == pytest.approx(expected.item(), rel=1e-5)
    (gradient,) = torch.autograd.grad(terms["path penalty"], [generator.factor])
    assert gradient > 0  # Paths are longer than their mean so far.
    paths.mean = torch.tensor(1e6)
    again = paths.penalty(generator, latents, now)["path penalty"]
    (gradient,) = torch.autograd.grad(again, [generator.factor])
    assert gradient < 0


def test_the_path_penalty_is_lazy() -> None:
    loop = loop_of(STYLED)
    is_due = ["path penalty" in loop.play_round()["generator"] for _ in range(5)]
    assert is_due == [True, False, True, False, True]


def test_only_what_is_differentiated_twice_goes_by_the_cheap_convolutions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts: list[int] = []
    convolve = Convolution.convolve

    def counted(convolution: Convolution, *arguments: Tensor) -> Tensor:
        counts[-1] += 1
        return convolve(convolution, *arguments)

    monkeypatch.setattr(Convolution, "convolve", counted)
    loop = loop_of(STYLED)
    for _ in range(4):
        counts.append(0)
        loop.play_round()
    # R1 is due in rounds 0 and 3, the path length in 0 and 2.
    assert [count > 0 for count in counts] == [True, False, True, True]


def test_lazy_penalties_are_no_steps_of_their_own() -> None:
    # With k + 1 steps in place of k, Adam's settings would have to be lowered by k / (k + 1).
    loop = loop_of(STYLED)
    for _ in range(7):  # R1 is due in rounds 0, 3 and 6, the path length in 0, 2, 4 and 6.
        loop.play_round()
    for player in loop.game.players.values():
        steps = {int(moments["step"]) for moments in player.optimizer.state.values()}
        assert steps == {7}


def test_rounds_have_the_number_of_images_of_their_size(tmp_path: Path) -> None:
    growing = {"game.growth.hold": 16, "game.growth.fade": 16, "game.growth.batch_sizes": [12, 8]}
    fields = SMALL | growing | {"batch_size": 4, "evaluate_every": 0, "log_every": 1}
    whole = zerosum.train(
        "progan-digits", images=76, fields=fields, out=tmp_path / "a", quiet=True
    )
    lines = map(json.loads, (tmp_path / "a" / "stats.jsonl").read_text().splitlines())
    # 12 until the second size comes in at 16, 8 until the third one does at 48.
    assert [line["images"] for line in lines] == [12, 24, 32, 40, 48, 56, *range(60, 77, 4)]
    zerosum.train("progan-digits", images=40, fields=fields, out=tmp_path / "b", quiet=True)
    resumed = zerosum.resume(tmp_path / "b", images=76, quiet=True)
    for role, player in whole.game.players.items():
        assert same(player.network.state_dict(), resumed.game.players[role].network.state_dict())


def test_wrong_numbers_of_images_for_sizes_are_refused() -> None:
    with pytest.raises(ConfigError, match="greater than 0, got 0"):
        change(GROWING, {"game.growth.batch_sizes": [8, 0]})
    with pytest.raises(ConfigError, match=r"set growth\.hold"):
        change(GROWING, {"game.growth": {"hold": 0, "fade": 0, "batch_sizes": [8]}})
