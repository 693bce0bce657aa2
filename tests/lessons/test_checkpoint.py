"""The lesson on checkpoints, at what it is not cheap at: its defaults, and other runs."""

from pathlib import Path

import pytest
import torch
from torch.nn.functional import softplus

import zerosum
from helpers.lessons.checkpoint import tiny_run
from zerosum.config import change
from zerosum.equilibria import WeightSpace, costs_along, curvature_along, extreme_curvatures
from zerosum.errors import RunError
from zerosum.jobs import train_run
from zerosum.jobs.looking import loop_of_recipe
from zerosum.lessons.checkpoint import rounds_of
from zerosum.lessons.packaged import packaged_game
from zerosum.recipes import recipe


def test_the_packaged_pair_is_at_no_equilibrium() -> None:
    learned = zerosum.learn("checkpoint", reach=0.002, quiet=True)
    assert all(learned.claims.values())
    numbers = learned.results.numbers
    assert numbers["value"] == pytest.approx(-numbers["discriminator"]["cost"])
    assert min(numbers[role]["gain"] for role in ("discriminator", "generator")) > 0.01
    # The discriminator is nearly smooth.
    found = numbers["discriminator"]
    assert found["bends"][1] == pytest.approx(found["greatest"], rel=0.3)
    found = numbers["generator"]
    assert found["bends"][1] < 0 < found["greatest"]
    assert found["least"] < 4 * found["bends"][0] < 0


def test_the_packaged_generators_curvature_does_not_hold_over_a_step() -> None:
    generator, discriminator = (
        packaged_game().players[name].network.double() for name in ("generator", "discriminator")
    )
    latents = 2 * torch.rand(32, 100, generator=torch.Generator().manual_seed(0)) - 1

    def cost() -> torch.Tensor:
        return softplus(-discriminator(generator(latents.double())).flatten()).mean()

    space = WeightSpace(list(generator.parameters()), relative=True)
    least, _ = extreme_curvatures(cost(), space)
    assert curvature_along(cost(), space, least.direction) == pytest.approx(least.value)

    def bend(distance: float) -> float:
        left, middle, right = costs_along(cost, space, least.direction, [-distance, 0.0, distance])
        return (left - 2 * middle + right) / distance**2

    assert bend(1e-7) == pytest.approx(least.value, rel=0.02)
    assert abs(bend(1e-3)) < abs(least.value) / 4
    # A step of Adam is longer.
    sizes = [weight.square().mean().sqrt().item() for weight in generator.parameters()]
    assert sum((2e-4 / size) ** 2 for size in sizes) ** 0.5 > 5e-3


def test_a_run_of_ones_own_and_one_that_has_no_such_players(tmp_path: Path) -> None:
    learned = zerosum.learn("checkpoint", run=tiny_run(), quiet=True)
    assert learned.results.numbers["images_seen"] == 640
    with pytest.raises(RunError, match="there is no folder"):
        zerosum.learn("checkpoint", run=tmp_path / "none", quiet=True)
    fields = {"images": 16, "batch_size": 16, "game.network.widths": (4,), "evaluate_every": 0}
    alone = train_run(change(recipe("fvbn-digits"), fields), out=tmp_path / "run", quiet=True)
    with pytest.raises(RunError, match="expected a run of a generator against a discriminator"):
        zerosum.learn("checkpoint", run=alone.run.path, quiet=True)


def test_a_cost_that_cannot_be_differentiated_twice_is_explained(tmp_path: Path) -> None:
    """PyTorch differentiates batch normalisation twice, and so not behind R1."""
    narrow = {"game.generator.base_channels": 4, "game.discriminator.base_channels": 4}
    fields = {**narrow, "game.penalties.r1.every": 1, "images": 16, "batch_size": 16}
    config = change(recipe("dcgan-digits"), {**fields, "evaluate_every": 0, "device": "cpu"})
    run = train_run(config, out=tmp_path / "run", quiet=True).run.path
    with pytest.raises(RunError, match=r"curvature of the discriminator's cost .*: --ahead 1"):
        zerosum.learn("checkpoint", run=run, quiet=True)


def test_the_two_batches_are_two_where_a_player_moves_in_some_rounds_only() -> None:
    loop = loop_of_recipe(change(recipe("dcgan-digits"), {"game.critic_turns": 3}))
    assert [each.number for each in rounds_of(loop, 0)] == [2, 5]
    assert [each.number for each in rounds_of(loop, 3)] == [5, 8]
