"""One GAN step: what the networks make, the gradients, and what moves, of any recipe or run."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import tyro
from torch import Tensor

from zerosum.config import change
from zerosum.errors import ConfigError
from zerosum.games.generating import DISCRIMINATOR, GENERATOR
from zerosum.games.parts.discrimination import discriminator_loss
from zerosum.jobs.looking import loop_of_recipe, loop_of_run
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, RunFolder
from zerosum.lessons.packaged import packaged_loop
from zerosum.lessons.results import Results, Table
from zerosum.lessons.step_figures import (
    animation_of,
    gradient_figure,
    judged_again,
    latent_figure,
)
from zerosum.recipes import recipe
from zerosum.training.loop import Loop
from zerosum.training.tracing import Move, RoundTrace, trace_round
from zerosum.types import Progress

__all__ = ["LESSON", "StepControls"]


@dataclass(frozen=True, kw_only=True)
class StepControls(Controls):
    """Whose round is looked at."""

    rounds: Annotated[int, Number(0, 50)] = 20
    """Rounds that are played before the one that is shown; the optimizers of the small trained GAN
    are new at first."""
    seed: Annotated[int, Number(0, 2**31 - 1)] = 0
    """Of all random numbers, where no run says which."""
    recipe: Annotated[str | None, tyro.conf.arg(metavar="RECIPE")] = None
    """A recipe from its very beginning, in place of the small trained GAN of digits."""
    data: Annotated[str | None, tyro.conf.arg(metavar="SOURCE")] = None
    """Pictures for the recipe, where its own are to be downloaded, or where it has none."""
    run: RunFolder = None
    """A run as it stands; nothing in it is changed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.recipe is not None and self.run is not None:
            raise ConfigError("one round of a recipe or of a run can be shown: give one of both.")
        if self.data is not None and self.recipe is None:
            raise ConfigError("--data gives pictures to a recipe: say which, by --recipe NAME.")


def compute(controls: StepControls, progress: Progress) -> Results:
    """One round, traced; and the same round played alone, to compare."""
    loop, alone = _open(controls), _open(controls)
    total = controls.rounds + 2
    with torch.random.fork_rng():
        for played in range(controls.rounds):
            loop.play_round()
            progress(played + 1, total)
        alone.load_state_dict(deepcopy(loop.state_dict()))
        before = {name: deepcopy(player.network) for name, player in loop.game.players.items()}
        trace = trace_round(loop)
        alone.play_round()
    results = _results(loop, trace, before, _same_weights(loop, alone))
    progress(total, total)
    return results


def _open(controls: StepControls) -> Loop[Any]:
    if controls.run is not None:
        return loop_of_run(Path(controls.run))
    if controls.recipe is None:
        return packaged_loop(seed=controls.seed)
    given = {} if controls.data is None else {"data": controls.data}
    return loop_of_recipe(change(recipe(controls.recipe), {"seed": controls.seed, **given}))


def _same_weights(loop: Loop[Any], other: Loop[Any]) -> bool:
    return all(
        torch.equal(value, other.game.players[name].network.state_dict()[key])
        for name, player in loop.game.players.items()
        for key, value in player.network.state_dict().items()
    )


def _results(
    loop: Loop[Any], trace: RoundTrace, before: dict[str, torch.nn.Module], same: bool
) -> Results:
    costs = _costs(loop, trace)
    told = "; ".join(_told(*each) for each in zip(trace.moves, costs, strict=True))
    shares = [s.change / s.size for m in trace.moves for s in m.weights if s.size]
    first = next((each for each in trace.passes if each.output.ndim == 4), trace.passes[0])
    return Results(
        answer=(
            f"In round {loop.rounds} {told}. A move changes tensors of weights by "
            f"{_range(shares)} of their size. A second loop that nobody watched ends the round "
            f"with {'exactly the same' if same else 'other'} weights."
        ),
        numbers={
            "round": loop.rounds,
            "batch": loop.images_seen - loop.before,
            "costs": [move.cost for move in trace.moves],
            "costs_after": costs,
            "players": [move.player for move in trace.moves],
            "predicted": [sum(s.along for s in move.weights) for move in trace.moves],
            "same": same,
            "still": all(move.others_stood_still for move in trace.moves),
            "changes": {m.player: [s.change for s in m.weights] for m in trace.moves},
            "rates": {
                name: player.optimizer.param_groups[0]["lr"]
                for name, player in loop.game.players.items()
            },
            "through": _through_the_images(loop, trace, before),
        },
        tables={
            "moves": _moves_table(trace, costs),
            "weights": _weights_table(trace),
            "scores": _scores_table(trace),
        },
        figures={
            "latent": latent_figure(first),
            "turns": animation_of(loop, trace),
            "gradient": gradient_figure(trace),
        },
    )


def _told(move: Move, after: float | None) -> str:
    to = "" if after is None else f" to {after:.4g}"
    return f"the {move.player}'s move takes its cost from {move.cost:.4g}{to}"


def _costs(loop: Loop[Any], trace: RoundTrace) -> list[float | None]:
    """Each move's cost on the same images after it; None where it has other terms than the loss.

    Whether it has shows before the move: the loss of the logits must be the cost.
    """
    return [_cost_after(loop, trace, index, move) for index, move in enumerate(trace.moves)]


def _cost_after(loop: Loop[Any], trace: RoundTrace, index: int, move: Move) -> float | None:
    objective = getattr(loop.game, "objective", None)
    involved = [each for each in trace.passes if index in each.gradients]
    judged = [each for each in involved if each.player == DISCRIMINATOR]
    made = next((each for each in involved if each.player == GENERATOR), None)
    if objective is None or getattr(objective, "uses_real_in_generator", True):
        return None

    def loss(logits: list[Tensor]) -> float | None:
        if move.player == DISCRIMINATOR and len(logits) == 2:
            return float(discriminator_loss(objective, *logits))
        if move.player == GENERATOR and len(logits) == 1:
            return float(objective.generator(logits[0]).mean())
        return None

    before = loss([each.output.flatten() for each in judged])
    if before is None or abs(before - move.cost) > 1e-5 * max(1.0, abs(before)):
        return None
    return loss([judged_again(loop, each, made).output.flatten() for each in judged])


def _range(shares: Sequence[float]) -> str:
    return f"{min(shares):.2%} to {max(shares):.2%}" if shares else "nothing"


def _moves_table(trace: RoundTrace, costs: Sequence[float | None]) -> Table:
    rows = []
    for move, after in zip(trace.moves, costs, strict=True):
        predicted = sum(step.along for step in move.weights)
        really = "-" if after is None else after - move.cost
        rows.append((move.player, move.cost, predicted, really, "-" if after is None else after))
    return Table(
        title="What each move did to the mover's cost, on the same pictures",
        columns=("player", "cost", "change that the gradient predicts", "real change", "then"),
        rows=rows,
    )


def _through_the_images(
    loop: Loop[Any], trace: RoundTrace, before: dict[str, torch.nn.Module]
) -> float | None:
    """How far G's gradients are from ∂L/∂X carried back through G alone, relative to their size.

    None where the generator's cost has other ways to its weights, or where it has no such images.
    """
    moves = [index for index, move in enumerate(trace.moves) if move.player == GENERATOR]
    if len(moves) != 1:
        return None
    (move,) = moves
    made = [each for each in trace.of(GENERATOR) if move in each.gradients]
    if len(made) != 1:
        return None
    network = before[GENERATOR]
    with torch.random.fork_rng():
        output = network(*made[0].arguments)
    parameters = [each for each in network.parameters() if each.requires_grad]
    carried = torch.autograd.grad(
        output, parameters, grad_outputs=made[0].gradients[move], allow_unused=True
    )
    found = [each.grad for each in loop.game.players[GENERATOR].parameters]
    pairs = [
        (a, b) for a, b in zip(carried, found, strict=True) if a is not None and b is not None
    ]
    apart = torch.stack([(a - b).square().sum() for a, b in pairs]).sum().sqrt()
    size = torch.stack([b.square().sum() for _, b in pairs]).sum().sqrt()
    return float(apart / size)


def _weights_table(trace: RoundTrace) -> Table:
    return Table(
        title="What each move changed (root mean squares)",
        columns=("player", "weights", "shape", "size", "gradient", "change", "change : size"),
        rows=[
            (
                move.player,
                step.name,
                " x ".join(map(str, step.shape)),
                step.size,
                step.gradient,
                step.change,
                f"{step.change / step.size:.2%}" if step.size else "-",
            )
            for move in trace.moves
            for step in move.weights
        ],
    )


def _scores_table(trace: RoundTrace) -> Table:
    rows = [
        (move.player, name, value)
        for move in trace.moves
        for name, value in {"cost": move.cost, **move.scores}.items()
    ]
    return Table(
        title="What the game records of the moves", columns=("player", "what", "value"), rows=rows
    )


@states("A second loop that nobody watches ends the round with exactly the same weights.")
def _looking_changes_nothing(_: StepControls, results: Results) -> bool:
    return bool(results.numbers["same"])


@states("While one player moves, the weights of the others stand still.")
def _others_stand_still(_: StepControls, results: Results) -> bool:
    return bool(results.numbers["still"])


@states(
    "With a new optimizer each player moves against its gradient: gradient times change adds up "
    "to less than 0."
)
def _moves_lead_downhill(controls: StepControls, results: Results) -> bool | None:
    if controls.run is not None or controls.rounds:
        return None  # Momentum may lead uphill for a moment.
    return all(along < 0 for along in results.numbers["predicted"])


@states("In Adam's first step every weight moves by the learning rate.")
def _adam_moves_by_the_rate(controls: StepControls, results: Results) -> bool | None:
    if not _is_packaged(controls) or controls.rounds:
        return None
    rates, changes = results.numbers["rates"], results.numbers["changes"]
    return all(bool(np.allclose(moved, rates[name], rtol=0.02)) for name, moved in changes.items())


@states(
    "That step is too long for the small trained discriminator: its cost rises on the very "
    "pictures whose gradient it followed."
)
def _the_first_step_is_too_long(controls: StepControls, results: Results) -> bool | None:
    if not _is_packaged(controls) or controls.rounds:
        return None
    return bool(results.numbers["costs_after"][0] > results.numbers["costs"][0])


@states("From twenty rounds on each player's move lowers its cost on those pictures.")
def _later_steps_lower_the_cost(controls: StepControls, results: Results) -> bool | None:
    if not _is_packaged(controls) or controls.rounds < 20:
        return None
    pairs = zip(results.numbers["costs"], results.numbers["costs_after"], strict=True)
    return all(after < before for before, after in pairs)


@states(
    "The generator learns through its pictures alone: ∂L/∂X carried back through it is the "
    "gradient of its weights, up to rounding."
)
def _the_generator_learns_through_its_images(
    controls: StepControls, results: Results
) -> bool | None:
    through = results.numbers["through"]
    if through is None or not _is_packaged(controls):
        return None  # Some games have other terms in the generator's cost.
    return bool(through < 1e-4)


def _is_packaged(controls: StepControls) -> bool:
    return controls.recipe is None and controls.run is None


LESSON = Lesson(
    controls=StepControls,
    compute=compute,
    claims=[
        _looking_changes_nothing,
        _others_stand_still,
        _moves_lead_downhill,
        _adam_moves_by_the_rate,
        _the_first_step_is_too_long,
        _later_steps_lower_the_cost,
        _the_generator_learns_through_its_images,
    ],
)
