"""The game of few labels: who learns what from what, and what it costs.

What unlabelled pictures are worth takes longer to see: benchmarks/semi_supervised.py.
"""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from helpers.runs_in_processes import assert_same
from zerosum.config import MlpClassifierConfig, RunConfig, SemiSupervisedConfig, change
from zerosum.errors import ConfigError, DataError
from zerosum.families import family_of
from zerosum.families.building import build_game
from zerosum.families.labels import labelled_batches
from zerosum.families.loading import load
from zerosum.families.preparation import prepare_store
from zerosum.families.semi_supervised.data import semi_supervised_batches
from zerosum.games import Player, Round, SemiSupervisedGame
from zerosum.jobs import train_run
from zerosum.models.semi_supervised import SemiSupervised
from zerosum.networks import ReferenceGenerator
from zerosum.randomness import Randomness
from zerosum.recipes import recipe
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import Batch, SemiSupervisedBatch

CPU = Engine(device=torch.device("cpu"))
SMALL: dict[str, Any] = {
    "game.network.widths": (32, 16),
    "game.generator.widths": (16,),
    "game.generator.latent_size": 8,
    "batch_size": 50,
    "evaluate_every": 0,
    "device": "cpu",
}


def named(config: RunConfig) -> Any:
    """The run with its classes."""
    return family_of(config).read(config)


def small(name: str = "sgan", **fields: Any) -> Any:
    expected = {
        key: value for key, value in SMALL.items() if "generator" not in key or name == "sgan"
    }
    return named(change(recipe(name), {**expected, **fields}))


def make_loop(config: RunConfig) -> Loop[Any]:
    store = prepare_store(config, quiet=True)
    make: Any = semi_supervised_batches if config.recipe == "sgan" else labelled_batches
    batches = make(config, store, batch_size=config.batch_size, seed=config.seed)
    return Loop(game=build_game(config, CPU), batches=batches, engine=CPU, seed=config.seed)


def a_batch() -> SemiSupervisedBatch:
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(20, 1, 28, 28, generator=generator) * 2 - 1
    return SemiSupervisedBatch(
        images=images, labelled=Batch(images=images[:10], labels=torch.arange(10))
    )


def test_the_generators_turn_teaches_the_generator_alone() -> None:
    game = build_game(small(), CPU)
    now = Round(number=0, images_seen=0, random=Randomness(seed=0))
    discriminator, generator = (game.players[name] for name in ("discriminator", "generator"))
    turns = game.turns(a_batch(), now)
    first, second = next(turns), next(turns)
    assert (first.player, second.player) == ("discriminator", "generator")
    gradients = torch.autograd.grad(second.cost, generator.parameters, retain_graph=True)
    assert all(gradient.abs().max() > 0 for gradient in gradients)
    of_generator = torch.autograd.grad(
        first.cost, generator.parameters, allow_unused=True, retain_graph=True
    )
    assert all(gradient is None for gradient in of_generator)
    of_discriminator = torch.autograd.grad(first.cost, discriminator.parameters)
    assert all(gradient.abs().max() > 0 for gradient in of_discriminator)


class Known(nn.Module):
    """A discriminator whose features are the picture and whose logits are given by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.eye(2))

    def forward(self, images: Tensor) -> Tensor:
        return self.features(images) @ self.weight

    def features(self, images: Tensor) -> Tensor:
        return images.flatten(1)


class Constant(nn.Module):
    latent_size = 1

    def __init__(self) -> None:
        super().__init__()
        self.image = nn.Parameter(torch.zeros(1, 1, 1, 2))

    def forward(self, latents: Tensor) -> Tensor:
        return self.image.expand(len(latents), -1, -1, -1)


def test_the_cost_in_closed_form() -> None:
    players = [
        Player(network=network, optimizer=torch.optim.SGD(network.parameters(), lr=0.1))
        for network in (Known(), Constant())
    ]
    for weight in (1.0, 0.25):
        game = SemiSupervisedGame(
            SemiSupervisedConfig(unlabelled_weight=weight, network=MlpClassifierConfig()),
            classifier=players[0],
            generator=players[1],
        )
        images = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).view(2, 1, 1, 2)
        batch = SemiSupervisedBatch(
            images=images, labelled=Batch(images=images, labels=torch.tensor([0, 0]))
        )
        by_discriminator, drawn = game.turns(
            batch, Round(number=1, images_seen=2, random=Randomness(seed=0))
        )
        lse, e = torch.tensor([1.0, 0.0]).logsumexp(0), torch.tensor([1.0, 0.0]).softmax(0)
        classes = -e.log().mean()
        softplus = torch.nn.functional.softplus
        unlabelled = 0.5 * (softplus(-lse) + softplus(torch.tensor(2.0).log()))
        torch.testing.assert_close(by_discriminator.cost, classes + weight * unlabelled)
        torch.testing.assert_close(by_discriminator.scores["labelled"], torch.tensor(0.5))
        # The mean of real pictures is (½, ½), that of the generated ones 0.
        torch.testing.assert_close(drawn.cost, torch.tensor(0.25))


def test_few_labels_are_all_that_is_learnt_from_them() -> None:
    two: dict[str, Any] = {"game.labels_per_class": 2}
    config = small(**two)
    store = prepare_store(config, quiet=True)
    batches = semi_supervised_batches(config, store, batch_size=50, seed=0)
    known, unknown = (
        {int(i) for at in range(0, 10_000, 50) for i in stream.indices(at)}
        for stream in (batches.labelled, batches.unlabelled)
    )
    assert (len(known), len(unknown)) == (20, 4_500)
    assert known < unknown
    batch = batches.at(100)
    assert (len(batch), len(batch.labelled)) == (50, 50)
    alone = labelled_batches(small("sgan-supervised", **two), store, batch_size=50, seed=0)
    assert {int(i) for at in range(0, 500, 50) for i in alone.indices(at)} == known


def test_what_was_played_ahead_leaves_no_trace() -> None:
    """The first round sets lengths by the data; looking ahead must not make them others."""
    from zerosum.training.diagnostics import player_diagnostics

    plain, watched = make_loop(small()), make_loop(small())
    player_diagnostics(watched)
    for loop in (plain, watched):
        loop.play_round()
    assert_same(plain.state_dict(), watched.state_dict())


def test_a_run_draws_and_classifies(tmp_path: Any) -> None:
    config = change(small(), {"images": 200, "evaluate_every": 100, "sample_count": 4})
    run = train_run(config, out=tmp_path / "run", quiet=True).run
    model = load(run.path, kind=SemiSupervised, device="cpu", checkpoint="best")
    assert model.sample(3).shape == (3, 1, 28, 28)
    assert model.classify(model.sample(3)).shape == (3, 10)
    assert (run.path / "samples.gif").exists()


def test_a_reference_batch_lets_the_generator_draw_each_picture_alone(tmp_path: Any) -> None:
    fields = {"images": 200, "evaluate_every": 0, "game.virtual_batch_norm": 6}
    config = change(small(), fields)
    player = build_game(config, CPU).players["generator"]
    assert isinstance(player.network, ReferenceGenerator)
    assert player.network.reference.abs().max() <= 1  # U(-1, 1), as latents are here
    latents = torch.rand(4, 8) * 2 - 1
    alone = torch.cat([player.network(each[None]) for each in latents])
    torch.testing.assert_close(player.network(latents), alone)
    run = train_run(config, out=tmp_path / "run", quiet=True).run
    model = load(run.path, kind=SemiSupervised, device="cpu")
    torch.testing.assert_close(model.sample(3, seed=5)[:1], model.sample(1, seed=5))
    learnt = model.run.load("latest")["loop"]["players"]["generator"]["network"]
    # The scale of its batch normalisation is constant in the published form.
    constant = {"reference", "inner.layers.1.weight"}
    for name, first in player.network.state_dict().items():
        assert torch.equal(learnt[name], first) == (name in constant), name


@pytest.mark.parametrize("name", ["sgan-conv", "sgan-conv-supervised"])
def test_the_convolutional_preset_moves_every_weight(name: str) -> None:
    fields: dict[str, Any] = {"game.network.base_channels": 4, "batch_size": 4, "data": "digits"}
    fields |= {"pictures.size": (28, 28), "pictures.channels": 1}
    if name == "sgan-conv":
        fields["game.generator.base_channels"] = 4
    config = named(change(recipe(name), fields))
    before = build_game(config, CPU).players
    store = prepare_store(config, quiet=True)
    make: Any = semi_supervised_batches if name == "sgan-conv" else labelled_batches
    batches = make(config, store, batch_size=4, seed=0)
    loop: Loop[Any] = Loop(game=build_game(config, CPU), batches=batches, engine=CPU, seed=0)
    loop.play_round()
    for role, player in before.items():
        moved = zip(player.parameters, loop.game.players[role].parameters, strict=True)
        assert not any(torch.equal(*pair) for pair in moved)


def test_what_does_not_fit() -> None:
    with pytest.raises(ConfigError, match="batch normalisation would mix"):
        change(recipe("sgan"), {"game.network": {"kind": "conv", "norm": "batch"}})
    with pytest.raises(ConfigError, match="of kind dcgan, has none"):
        change(
            recipe("sgan-conv"),
            {"game.virtual_batch_norm": 4, "game.generator.norm": "none"},
        )
    many: dict[str, Any] = {"game.labels_per_class": 4000}
    with pytest.raises(DataError, match="4000 labels of each class are asked for"):
        make_loop(small(**many))
    tiny = change(recipe("sgan-conv"), {"data": "digits", "pictures.size": (8, 8)})
    with pytest.raises(ConfigError, match="sides of at least 9"):
        build_game(named(tiny), CPU)
