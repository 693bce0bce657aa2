"""A round that is looked at is played as it would be otherwise, to the bit."""

from pathlib import Path
from typing import Any

import pytest
import torch

from helpers.short_runs import KINDS
from zerosum.config import RunConfig
from zerosum.games.generating import DISCRIMINATOR, GENERATOR
from zerosum.jobs.looking import loop_of_recipe, loop_of_run
from zerosum.jobs.training import train_run
from zerosum.training.loop import Loop
from zerosum.training.tracing import RoundTrace, trace_round


def weights(loop: Loop[Any]) -> dict[str, torch.Tensor]:
    return {
        f"{name}.{key}": value.clone()
        for name, player in loop.game.players.items()
        for key, value in player.network.state_dict().items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_tracing_changes_nothing(kind: str, tmp_path: Path) -> None:
    config = KINDS[kind](tmp_path)
    plain, looked_at = loop_of_recipe(config), loop_of_recipe(config)
    torch.manual_seed(1)
    for _ in range(2):
        plain.play_round()
    state = torch.get_rng_state()
    torch.manual_seed(1)
    traces = [trace_round(looked_at) for _ in range(2)]
    assert torch.equal(torch.get_rng_state(), state)
    expected = weights(plain)
    for name, value in weights(looked_at).items():
        assert torch.equal(value, expected[name]), name
    assert looked_at.images_seen == plain.images_seen == 2 * config.batch_size
    for trace in traces:
        assert {move.player for move in trace.moves} <= set(plain.game.players)
        assert all(any(step.change > 0 for step in move.weights) for move in trace.moves)
        assert all(move.others_stood_still for move in trace.moves)
        assert trace.passes


@pytest.fixture
def trace(tiny: RunConfig) -> tuple[Loop[Any], RoundTrace, dict[str, torch.Tensor]]:
    loop = loop_of_recipe(tiny)
    before = weights(loop)
    return loop, trace_round(loop), before


def test_a_trace_tells_what_moved(
    trace: tuple[Loop[Any], RoundTrace, dict[str, torch.Tensor]],
) -> None:
    loop, seen, before = trace
    after = weights(loop)
    assert [move.player for move in seen.moves] == [DISCRIMINATOR, GENERATOR]
    for move in seen.moves:
        for step in move.weights:
            moved = after[f"{move.player}.{step.name}"] - before[f"{move.player}.{step.name}"]
            assert step.change == pytest.approx(float(moved.square().mean().sqrt()))
            assert step.shape == tuple(moved.shape)
            # Adam's first step goes against the sign of each gradient.
            assert step.along < 0 or step.gradient == 0


def test_a_trace_holds_what_was_made_its_gradient_and_what_is_made_next(
    trace: tuple[Loop[Any], RoundTrace, dict[str, torch.Tensor]],
) -> None:
    _, seen, _ = trace
    (made,) = seen.of(GENERATOR)
    assert list(made.gradients) == [1]
    gradient, again = made.gradients[1], made.again
    assert again is not None
    assert gradient.shape == made.output.shape == again.shape
    # The move lowers the cost: along the images' change the gradient points down.
    assert float((gradient * (again - made.output)).sum()) < 0
    real, fake, judged = seen.of(DISCRIMINATOR)
    assert len(real.output) == len(fake.output) == len(judged.output)
    assert 0 in real.gradients
    assert 0 in fake.gradients
    assert list(judged.gradients) == [1]
    # D is taught that real is greater: their logits come apart by its move.
    assert real.again is not None
    assert fake.again is not None
    apart = (real.output - fake.output).mean(), (real.again - fake.again).mean()
    assert apart[1] > apart[0]


def test_networks_are_left_as_they_were(tiny: RunConfig) -> None:
    loop = loop_of_recipe(tiny)
    trace_round(loop)
    for player in loop.game.players.values():
        assert "forward" not in player.network.__dict__
    assert type(loop.game).__name__ == "AdversarialGame"


def test_a_run_goes_on_in_memory_as_it_would_on_disk(tiny: RunConfig, tmp_path: Path) -> None:
    run = train_run(tiny, out=tmp_path / "run", quiet=True).run
    saved = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
    loop = loop_of_run(run.path)
    assert loop.images_seen == tiny.total_images
    trace_round(loop)
    assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*")} == saved
    fresh = loop_of_run(run.path)
    fresh.play_round()
    expected = weights(fresh)
    for name, value in weights(loop).items():
        assert torch.equal(value, expected[name])
