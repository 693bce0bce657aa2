"""What the papers say of one round over two domains, on players that can be worked out by hand."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from zerosum.config import (
    CartoonConfig,
    ContrastiveConfig,
    CycleConfig,
    PairedConfig,
    PatchDiscriminatorConfig,
    ResnetTranslatorConfig,
)
from zerosum.games import (
    CartoonGame,
    ContrastiveGame,
    CycleGame,
    Game,
    PairedGame,
    Player,
    Round,
    Turn,
)
from zerosum.networks import PatchHeads, ResnetTranslator
from zerosum.objectives import patch_nce
from zerosum.randomness import Randomness
from zerosum.types import DomainBatch

SHAPE = (3, 16, 16)


class Times(nn.Module):
    """G(x) = w x."""

    def __init__(self, weight: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))
        self.calls: list[int] = []

    def forward(self, images: Tensor) -> Tensor:
        self.calls.append(len(images))
        return self.weight * images


class Mean(nn.Module):
    """D(x) = w · the mean of each row of pixels: a map of logits."""

    def __init__(self, weight: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))

    def forward(self, images: Tensor) -> Tensor:
        return self.weight * images.mean(dim=(1, 3)).unsqueeze(2)


def _player(network: nn.Module) -> Player:
    return Player(network=network, optimizer=torch.optim.SGD(network.parameters(), lr=0.1))


def _cycle(there: float, back: float, critic: float = 0.0, **settings: Any) -> CycleGame:
    return CycleGame(
        CycleConfig(**settings),
        generators=_player(nn.ModuleDict({"a2b": Times(there), "b2a": Times(back)})),
        discriminator_a=_player(Mean(critic)),
        discriminator_b=_player(Mean(critic)),
    )


def _batch(n: int = 2, *, seed: int = 0) -> DomainBatch:
    a, b = torch.rand(2, n, *SHAPE, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    return DomainBatch(a=a, b=b, smoothed=b.mean(dim=3, keepdim=True).expand(b.shape))


def _now(number: int = 0) -> Round:
    images = 2 * number
    return Round(number=number, images_seen=images, random=Randomness(seed=0).at(images))


def _play(game: Game[Any], batch: DomainBatch, now: Round | None = None) -> Iterator[Turn]:
    """The turns of a round; each player moves, as the loop would move it."""
    for turn in game.turns(batch, now or _now()):
        player = game.players[turn.player]
        player.optimizer.zero_grad()
        turn.cost.backward(inputs=player.parameters)  # type: ignore[no-untyped-call]
        yield turn
        player.optimizer.step()


def _scores(game: Game[Any], batch: DomainBatch, now: Round | None = None) -> dict[str, Turn]:
    return {turn.player: turn for turn in _play(game, batch, now)}


def test_copies_have_no_cycle_and_identity_loss() -> None:
    turn = _scores(_cycle(1.0, 1.0), _batch())["generators"]
    assert turn.scores["cycle"] == turn.scores["identity"] == 0
    # A discriminator that says 0 of everything: (0 − 1)² in each direction.
    assert turn.cost.item() == pytest.approx(2.0)


def test_a_cycle_that_comes_back_has_no_loss_though_it_changes_everything() -> None:
    scores = _scores(_cycle(-2.0, -0.5), _batch())["generators"].scores
    assert scores["cycle"].item() == pytest.approx(0.0, abs=1e-6)
    assert scores["identity"].item() > 0


def test_the_terms_are_those_of_the_paper() -> None:
    batch, there, back, critic = _batch(), 0.5, 3.0, 0.7
    scores = _scores(_cycle(there, back, critic), batch)["generators"].scores
    size_a, size_b = batch.a.abs().mean(), batch.b.abs().mean()
    cycle = 10 * abs(there * back - 1) * (size_a + size_b)
    identity = 5 * (abs(there - 1) * size_b + abs(back - 1) * size_a)
    rows = batch.a.mean(dim=(1, 3))
    adversarial = (critic * there * rows - 1).square().mean()
    assert scores["cycle"].item() == pytest.approx(cycle.item(), rel=1e-5)
    assert scores["identity"].item() == pytest.approx(identity.item(), rel=1e-5)
    assert scores["adversarial a2b"].item() == pytest.approx(adversarial.item(), rel=1e-5)


def test_the_loss_of_the_undecided_discriminator_is_one_half() -> None:
    batch = DomainBatch(a=torch.full((2, *SHAPE), 0.5), b=torch.full((2, *SHAPE), 0.5))
    turns = _scores(_cycle(1.0, 1.0, critic=1.0), batch)
    for name in ("discriminator_a", "discriminator_b"):
        # (½ − 1)² + ½²; the translators have moved, but the pictures were made before.
        assert turns[name].cost.item() == pytest.approx(0.5)
        assert turns[name].scores["accuracy"].item() == 0.5


def test_every_translation_is_made_once_and_used_by_all() -> None:
    game = _cycle(0.9, 1.1)
    list(_play(game, _batch(2)))
    networks = game.players["generators"].network
    assert isinstance(networks, nn.ModuleDict)
    # Source and target in one pass, then the way back of the other's translations.
    assert [network.calls for network in networks.values()] == [[4, 2], [4, 2]]


def test_without_identity_nothing_is_translated_for_it() -> None:
    game = _cycle(0.9, 1.1, identity_weight=0.0)
    turn = _scores(game, _batch(2))["generators"]
    networks = game.players["generators"].network
    assert isinstance(networks, nn.ModuleDict)
    assert [network.calls for network in networks.values()] == [[2, 2], [2, 2]]
    assert "identity" not in turn.scores


@pytest.mark.parametrize("pool", [0, 50])
def test_only_the_player_whose_turn_it_is_gets_gradients(pool: int) -> None:
    game = _cycle(0.9, 1.1, critic=0.5, pool=pool)
    for turn in _play(game, _batch()):
        others = [player for name, player in game.players.items() if name != turn.player]
        assert all(weight.grad is not None for weight in game.players[turn.player].parameters)
        for player in others:
            player.optimizer.zero_grad()
        game.players[turn.player].optimizer.zero_grad()


def test_the_pools_are_saved_and_taken_back() -> None:
    first, second = _cycle(0.9, 1.1), _cycle(0.9, 1.1)
    for number in range(3):
        list(first.turns(_batch(seed=number), _now(number)))
    second.load_state_dict(first.state_dict())
    assert first.state_dict()["pool b"].shape == (6, *SHAPE)
    for name, kept in first.state_dict().items():
        assert torch.equal(second.state_dict()[name], kept)


def test_the_best_translators_are_the_averaged_ones() -> None:
    game = _cycle(0.9, 1.1)
    averaged = nn.ModuleDict({"a2b": Times(3.0), "b2a": Times(5.0)})
    game.players["generators"].ema = averaged
    ones = torch.ones(1, *SHAPE)
    assert game.translate(ones, "b2a").mean().item() == 5.0
    back = game.reconstruct(ones, "a2b")  # A translation there, brought back.
    assert back is not None
    assert back.mean().item() == 5.0
    columns = game.preview(DomainBatch(a=ones, b=-ones))
    assert [column.mean().item() for column in columns] == [1.0, 3.0, 15.0, -1.0, -5.0, -15.0]


def _contrastive(**settings: Any) -> ContrastiveGame:
    torch.manual_seed(0)
    translator = ResnetTranslatorConfig(base_channels=4, blocks=2).build(SHAPE)
    heads = PatchHeads(map_channels=translator.map_channels, units=8)
    return ContrastiveGame(
        ContrastiveConfig(**settings),
        generator=_player(nn.ModuleDict({"translator": translator, "heads": heads})),
        discriminator=_player(
            PatchDiscriminatorConfig(base_channels=4, downsamplings=1).build(SHAPE)
        ),
    )


def test_cut_compares_a_translation_with_its_own_source() -> None:
    game, batch, now = _contrastive(), _batch(), _now()
    translator = game.players["generator"].network.get_submodule("translator")
    assert isinstance(translator, ResnetTranslator)
    made, maps = translator.with_maps(batch.a)
    _, others = translator.with_maps(batch.b)
    own = game.contrast(maps, batch.a, _now())  # As if it were its own translation.
    foreign = game.contrast(others, batch.a, _now())
    assert own < foreign
    silent = math.log(min(256, 16 * 16))
    assert own < silent
    assert made.shape == batch.a.shape
    assert torch.equal(game.contrast(maps, made, now), game.contrast(maps, made, _now()))


def test_cut_moves_translator_and_heads_and_both_terms_are_in_the_cost() -> None:
    turns = _scores(_contrastive(nce_weight=2.0), _batch())
    assert list(turns) == ["discriminator", "generator"]
    terms = turns["generator"].scores
    total = terms["adversarial"] + terms["nce"]
    assert turns["generator"].cost.item() == pytest.approx(total.item())
    game = _contrastive()
    for turn in _play(game, _batch()):
        gradients = [weight.grad for weight in game.players[turn.player].parameters]
        assert all(gradient is not None for gradient in gradients)


def test_fast_cut_leaves_pictures_of_the_target_alone() -> None:
    game = _contrastive(nce_identity=False)
    received: list[int] = []
    translator = game.players["generator"].network.get_submodule("translator")
    assert isinstance(translator, ResnetTranslator)
    whole = translator.with_maps

    def watched(images: Tensor) -> tuple[Tensor, list[Tensor]]:
        received.append(len(images))
        return whole(images)

    translator.with_maps = watched  # type: ignore[method-assign]
    list(_play(game, _batch(2)))
    assert received == [2, 2]


class AtPlaces(nn.Module):
    """Heads that give the maps at the places, unchanged, and remember the places."""

    def __init__(self) -> None:
        super().__init__()
        self.requested: list[list[int]] = []

    def forward(self, maps: Sequence[Tensor], places: Sequence[Tensor]) -> list[Tensor]:
        self.requested += [each.tolist() for each in places]
        pairs = zip(maps, places, strict=True)
        return [each.flatten(2)[:, :, chosen].transpose(1, 2) for each, chosen in pairs]


class Ramp(nn.Module):
    """A translator whose pictures are brighter to the right; its maps are the pictures."""

    def with_maps(self, images: Tensor) -> tuple[Tensor, list[Tensor]]:
        return images + torch.linspace(0.0, 1.0, images.shape[3]), [images]


def _ramp(**settings: Any) -> tuple[ContrastiveGame, AtPlaces, Mean]:
    heads, critic = AtPlaces(), Watched()
    game = ContrastiveGame(
        ContrastiveConfig(**settings),
        generator=_player(
            nn.ModuleDict({"translator": Ramp(), "heads": heads, "other": nn.Linear(1, 1)})
        ),
        discriminator=_player(critic),
    )
    return game, heads, critic


def test_cut_asks_for_the_same_places_of_both_and_for_others_in_each_domain() -> None:
    game, heads, _ = _ramp(places=9)
    _scores(game, _batch())
    made, source, same, target = heads.requested
    assert made == source
    assert same == target
    assert len(set(made)) == 9
    assert set(made) != set(same)


def test_flip_equivariance_asks_mirror_images_for_the_places_as_they_were() -> None:
    """FastCUT: D is given G(flip(x)), and the maps of flip(G(flip(x))) are compared with x's."""
    game, _, critic = _ramp(nce_identity=False, flip_equivariance=True, temperature=1.0)
    batch, now = _batch(8), _now()
    mirrored = _now().random.uniform(8) < 0.5
    assert 0 < mirrored.sum() < 8
    turn = _scores(game, batch, now)["generator"]
    ramp = torch.linspace(0.0, 1.0, 16)
    made = torch.where(mirrored.view(-1, 1, 1, 1), batch.a.flip(3), batch.a) + ramp
    assert isinstance(critic, Watched)
    torch.testing.assert_close(critic.shown_images[1], made)
    back = torch.where(mirrored.view(-1, 1, 1, 1), batch.a + ramp.flip(0), batch.a + ramp)
    expected = patch_nce(
        *(each.flatten(2).transpose(1, 2) for each in (back, batch.a)), temperature=1.0
    )
    assert turn.scores["nce"].item() == pytest.approx(expected.mean().item(), rel=1e-5)


def test_a_game_of_the_other_direction_turns_the_domains_round() -> None:
    game = _contrastive(direction="b2a")
    batch = _batch()
    source, target = game.domains(batch)
    assert source is batch.b
    assert target is batch.a
    assert game.directions == ("b2a",)
    assert game.reconstruct(batch.a, "b2a") is None


class Watched(Mean):
    """Records its inputs."""

    def __init__(self) -> None:
        super().__init__(0.3)
        self.shown_images: list[Tensor] = []

    def forward(self, images: Tensor) -> Tensor:
        self.shown_images.append(images.detach())
        return super().forward(images)


def test_pix2pix_joins_images_with_their_sources() -> None:
    critic, batch = Watched(), _batch()
    game = PairedGame(
        PairedConfig(objective="non-saturating"),
        generator=_player(Times(0.5)),
        discriminator=_player(critic),
    )
    turn = _scores(game, batch)["generator"]
    real, fake, again = critic.shown_images
    assert torch.equal(real, torch.cat([batch.a, batch.b], dim=1))
    assert torch.equal(fake, torch.cat([batch.a, 0.5 * batch.a], dim=1))
    assert torch.equal(fake, again)
    expected = 100 * (0.5 * batch.a - batch.b).abs().mean()
    assert turn.scores["partner"].item() == pytest.approx(expected.item(), rel=1e-5)


def _cartoon(critic: nn.Module, **settings: Any) -> CartoonGame:
    return CartoonGame(
        CartoonConfig(objective="non-saturating", **settings),
        generator=_player(Times(0.5)),
        discriminator=_player(critic),
        content=lambda images: 2 * images,
    )


def test_cartoongan_shows_smoothed_edges_as_false() -> None:
    critic, batch = Watched(), _batch()
    turn = _scores(_cartoon(critic), batch)["generator"]
    assert batch.smoothed is not None
    real, made, smoothed, _ = critic.shown_images
    assert torch.equal(real, batch.b)
    assert torch.equal(made, 0.5 * batch.a)
    assert torch.equal(smoothed, batch.smoothed)
    expected = 10 * (2 * 0.5 * batch.a).abs().mean()
    assert turn.scores["content"].item() == pytest.approx(expected.item(), rel=1e-5)


def test_cartoongans_three_kinds_of_pictures_weigh_alike() -> None:
    """Equation 3: log D(y) + log(1 − D(e(y))) + log(1 − D(G(x))), a mean of each."""
    critic, batch = Watched(), _batch()
    game = _cartoon(critic)
    next(_play(game, batch))
    mine = critic.weight.grad
    twin = Watched()
    real, made, smoothed = (twin(images) for images in critic.shown_images)
    cost = (softplus(-real) + softplus(made) + softplus(smoothed)).mean()
    (theirs,) = torch.autograd.grad(cost, twin.weight)
    torch.testing.assert_close(mine, theirs)


def test_cartoongan_begins_with_the_content_alone() -> None:
    critic = Watched()
    game = _cartoon(critic, warmup=4)
    assert list(_scores(game, _batch(), _now(0))) == ["generator"]
    assert list(_scores(game, _batch(), _now(1))) == ["generator"]
    assert not critic.shown_images
    assert list(_scores(game, _batch(), _now(2))) == ["discriminator", "generator"]


def _by_hand(batch: DomainBatch, networks: Sequence[nn.Module]) -> tuple[float, dict[str, Tensor]]:
    """One step of the translators as a plain loop would take it: cost, and new weights."""
    there, back, judge_a, judge_b = networks
    optimizer = torch.optim.SGD([*there.parameters(), *back.parameters()], lr=0.1)
    fake_b, fake_a = there(batch.a), back(batch.b)
    cost = (judge_b(fake_b) - 1).square().mean() + (judge_a(fake_a) - 1).square().mean()
    cost = cost + 10 * (back(fake_b) - batch.a).abs().mean()
    cost = cost + 10 * (there(fake_a) - batch.b).abs().mean()
    cost = cost + 5 * (there(batch.b) - batch.b).abs().mean()
    cost = cost + 5 * (back(batch.a) - batch.a).abs().mean()
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    return cost.item(), {name: weight.detach() for name, weight in there.named_parameters()}


def test_a_step_is_that_of_a_plain_loop() -> None:
    def networks() -> list[nn.Module]:
        torch.manual_seed(3)
        make = [ResnetTranslatorConfig(base_channels=4, blocks=1).build(SHAPE) for _ in range(2)]
        return [
            *make,
            *(
                PatchDiscriminatorConfig(base_channels=4, downsamplings=1).build(SHAPE)
                for _ in "ab"
            ),
        ]

    batch = _batch()
    there, back, judge_a, judge_b = networks()
    game = CycleGame(
        CycleConfig(),
        generators=_player(nn.ModuleDict({"a2b": there, "b2a": back})),
        discriminator_a=_player(judge_a),
        discriminator_b=_player(judge_b),
    )
    turn = next(_play(game, batch))
    cost, expected = _by_hand(batch, networks())
    assert turn.cost.item() == pytest.approx(cost, rel=1e-5)
    for name, weight in there.named_parameters():
        gradient = weight.grad
        assert gradient is not None
        by_hand = (dict(networks()[0].named_parameters())[name] - expected[name]) / 0.1
        assert torch.allclose(gradient, by_hand, rtol=1e-3, atol=1e-5), name
