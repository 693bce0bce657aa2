"""Two heads and no generator: features that do not show where they are from."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, log, sqrt
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from zerosum.data.planar import as_points
from zerosum.games.invariance import CLASSIFIER, DOMAIN
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Seed
from zerosum.lessons.heads import (
    Adapted,
    Domains,
    Fair,
    Groups,
    Heads,
    Played,
    domains_game,
    learn_domains,
    learn_groups,
)
from zerosum.lessons.invariance_figures import (
    domains_figure,
    groups_figure,
    measured_table,
    plane_figure,
)
from zerosum.lessons.results import Results, recorded_table
from zerosum.metrics import equalised_odds_gap, group_rates, parity_gap
from zerosum.randomness import Randomness
from zerosum.types import Progress

__all__ = ["LESSON", "InvarianceControls"]

_WEIGHTS = (0.0, 0.3, 1.0, 3.0, 10.0, 30.0)
_OF_GROUPS = (0.0, 0.3, 1.0, 3.0, 10.0)
_PLANES = (0.0, 10.0)
"""Weights whose features are drawn."""


@dataclass(frozen=True, kw_only=True)
class InvarianceControls(Controls):
    """What the two heads are given, and how they play."""

    features: Annotated[int, Number(2, 32)] = 2
    """Numbers in the features of a point, which both heads are given."""
    head: Literal["deep", "linear"] = "deep"
    """The head that is to be tricked: with a hidden layer or without."""
    shift: Annotated[float, Number(0.0, 4.0)] = 3.0
    """Where the second number of the target's points lies, in units of the noise."""
    spread: Annotated[float, Number(0.0, 0.45)] = 0.3
    """How far the groups' shares of yes are from 1/2: below it in the first, above in the last."""
    rounds: Annotated[int, Number(20, 5000)] = 300
    """Rounds of each game."""
    seeds: Annotated[int, Number(1, 20)] = 1
    """Games of each kind, with other points and first weights."""
    seed: Seed = 0
    """From which points and first weights follow."""
    weight: Annotated[float, Number(0.01, 100.0)] = 1.0
    """λ, at which the reversed gradient is compared with the game's."""

    def heads(self, weight: float, index: int) -> Heads:
        """How is played with one of the seeds."""
        return Heads(
            weight=weight,
            features=self.features,
            deep=self.head == "deep",
            rounds=self.rounds,
            seed=(self.seed + index) % 2**32,
        )


def compute(controls: InvarianceControls, progress: Progress) -> Results:
    """Play all games, and compare a reversed gradient with that of the game."""
    played = _play(controls, progress)
    known = _known(controls)
    title = f"{controls.features} features, a {controls.head} head"
    measured = measured_table(title, played, known)
    return Results(
        answer=_answer(played),
        numbers={
            "gradients": _gradients(controls),
            "alone": _alone(controls),
            "groups": [each.shares for games in played.groups.values() for each in games],
            "domains": [each.shares for games in played.domains.values() for each in games],
            **known,
        },
        tables={"measured": measured, "recorded": recorded_table("invariance") or measured},
        figures={
            "curve": domains_figure(played, known),
            "groups": groups_figure(played, known),
            **{
                f"plane_{index}": plane_figure(played.domains[weight][0], weight)
                for index, weight in enumerate(_PLANES)
            },
        },
    )


def _play(controls: InvarianceControls, progress: Progress) -> Played:
    domains: dict[float, list[Adapted]] = {weight: [] for weight in _WEIGHTS}
    kinds = [(told, weight) for told in (False, True) for weight in _OF_GROUPS]
    groups: dict[tuple[bool, float], list[Fair]] = {kind: [] for kind in kinds}
    total = (len(domains) + len(groups)) * controls.seeds
    done = 0
    for index in range(controls.seeds):
        seed = controls.heads(0.0, index).seed
        for weight, found in domains.items():
            points = Domains(shift=controls.shift, seed=seed)
            found.append(learn_domains(points, controls.heads(weight, index)))
            done += 1
            progress(done, total)
        for (told, weight), fair in groups.items():
            # Without the head it is all the same what the head would be told.
            told = told and weight > 0
            people = Groups(spread=controls.spread, seed=seed)
            fair.append(learn_groups(people, controls.heads(weight, index), told=told))
            done += 1
            progress(done, total)
    return Played(domains, groups)


class _Reversed(torch.autograd.Function):
    """The identity, whose gradient is multiplied by −λ on its way back."""

    @staticmethod
    def forward(context: Any, features: Tensor, weight: float) -> Tensor:
        """Pass the features on."""
        context.weight = weight
        return features.view_as(features)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Any:
        """Turn the gradient round."""
        return -context.weight * gradient, None


def _gradients(controls: InvarianceControls) -> dict[str, list[Tensor]]:
    """Gradients of the classifier and of the head in a first round: by the game, and reversed."""
    game = domains_game(controls.heads(controls.weight, 0))
    batch = Domains(shift=controls.shift, seed=controls.seed).at(0)
    assert batch.labels_a is not None
    classifier, head = (game.players[name] for name in (CLASSIFIER, DOMAIN))
    features = game.features([batch.a, batch.b])
    labels, count = batch.labels_a, len(batch.a)
    cost, _ = game.domain_cost(features, None)
    logits = game.class_logits(features[:count])
    turn = game.classifier_turn(logits, labels, domain_cost=cost, strength=controls.weight)
    of_head = game.domain_turn(features.detach(), None)
    found = {
        "game": torch.autograd.grad(turn.cost, classifier.parameters, retain_graph=True),
        "head": torch.autograd.grad(of_head.cost, head.parameters),
    }
    reversed_ = _Reversed.apply(features, controls.weight)
    domains = torch.arange(2 * count) < count
    loss = cross_entropy(logits, labels) + 2 * binary_cross_entropy_with_logits(
        head.network(reversed_), domains.float()
    )
    both = torch.autograd.grad(loss, [*classifier.parameters, *head.parameters])
    found["reversed"] = both[: len(classifier.parameters)]
    found["head, reversed"] = both[len(classifier.parameters) :]
    return {name: list(gradients) for name, gradients in found.items()}


def _alone(controls: InvarianceControls) -> dict[str, Any]:
    """What becomes of the groups where only the first number is looked at."""
    groups = Groups(spread=controls.spread, seed=controls.seed)
    new = groups.draw(6000, Randomness(seed=controls.seed, stream="alone"))
    said = as_points(new.images)[:, 0] > 0
    rates = group_rates(said, new.labels == 1, new.groups)
    gaps = {"odds": equalised_odds_gap(rates), "parity": parity_gap(rates)}
    return {
        "base": [
            float((new.labels[new.groups == each.group] == 1).double().mean()) for each in rates
        ],
        "said": [each.positive.value for each in rates],
        "true": [each.true_positive.value for each in rates],
        "false": [each.false_positive.value for each in rates],
        **{name: (gap.value, gap.error) for name, gap in gaps.items()},
    }


def _normal(x: float) -> float:
    """The standard normal's distribution function."""
    return (1 + erf(x / sqrt(2))) / 2


def _known(controls: InvarianceControls) -> dict[str, float]:
    """What can be had, by formulas: by the first number alone, by both, by knowing the group."""
    spread = controls.spread
    rates = [_best_rates(base) for base in (0.5 - spread, 0.5, 0.5 + spread)]
    right = [
        base * yes + (1 - base) * (1 - no)
        for base, (yes, no) in zip((0.5 - spread, 0.5, 0.5 + spread), rates, strict=True)
    ]
    return {
        "first_alone": _normal(1),
        "both": _normal(sqrt(1 + 1.5**2)),
        "parity_alone": 2 * spread * (2 * _normal(1) - 1),
        "best_right": float(np.mean(right)),
        "best_odds": rates[2][0] - rates[0][0],
    }


def _best_rates(base: float) -> tuple[float, float]:
    """True and false positives of who knows that yes is true of this share of the group."""
    # Of two Gaussians around ±1 yes is likelier where 2 x + log(b / (1 − b)) is above 0.
    border = -log(base / (1 - base)) / 2
    return 1 - _normal(border - 1), 1 - _normal(border + 1)


def _answer(played: Played) -> str:
    def mean(games: Sequence[Adapted] | Sequence[Fair], name: str) -> float:
        return float(np.mean([each.shares[name] for each in games]))

    before, after = (played.domains[weight] for weight in _PLANES)
    plain, fair = (played.groups[False, weight] for weight in (0.0, 1.0))
    return (
        f"Without the second head {mean(before, 'target'):.0%} of the target are right, and a "
        f"fresh probe names the domain of {mean(before, 'deep'):.0%} by the features; with λ = "
        f"{_PLANES[1]:g} it is {mean(after, 'target'):.0%}, and {mean(after, 'deep'):.0%}. Of "
        f"three groups the equalised-odds gap is {mean(plain, 'odds'):.2f} without, and "
        f"{mean(fair, 'odds'):.2f} with λ = 1."
    )


@states(
    "A layer that multiplies the gradient by −λ gives the classifier the gradients of the game, "
    "in which it lowers its loss less λ times that of the second head, and leaves that head's own "
    "as they are."
)
def _reversal_is_the_game(_: InvarianceControls, results: Results) -> bool:
    found = results.numbers["gradients"]
    pairs = [("game", "reversed"), ("head", "head, reversed")]
    return all(
        torch.allclose(one, other, rtol=1e-3, atol=1e-5)
        for first, second in pairs
        for one, other in zip(found[first], found[second], strict=True)
    )


@states("No classifier has more of the source right than who knows both densities (to 2 %).")
def _nobody_beats_the_densities(_: InvarianceControls, results: Results) -> bool:
    return bool(
        max(each["source"] for each in results.numbers["domains"])
        <= results.numbers["both"] + 0.02
    )


@states(
    "Who looks at x₁ alone treats the groups alike: the equalised-odds gap is 0, within five "
    "standard errors, and the parity gap is that of the base rates times what is known, Φ(1) − "
    "Φ(−1)."
)
def _the_first_number_alone_is_fair(_: InvarianceControls, results: Results) -> bool:
    alone = results.numbers["alone"]
    (odds, odds_error), (parity, parity_error) = alone["odds"], alone["parity"]
    far = abs(parity - results.numbers["parity_alone"])
    return bool(odds <= 5 * odds_error and far <= 5 * parity_error)


@states(
    "In every group the share of yes is b · (true positives) + (1 − b) · (false positives), b "
    "being how often yes is true."
)
def _rates_add_up(_: InvarianceControls, results: Results) -> bool:
    alone = results.numbers["alone"]
    base, said, true, false = (np.array(alone[name]) for name in ("base", "said", "true", "false"))
    return bool(np.allclose(base * true + (1 - base) * false, said, atol=1e-9))


@states(
    "Nobody has more right than who knows the group as well (to 2 %), and that has an "
    "equalised-odds gap of its own wherever the groups differ."
)
def _to_know_the_group_pays(controls: InvarianceControls, results: Results) -> bool:
    numbers = results.numbers
    most = max(each["right"] for each in numbers["groups"])
    gap = numbers["best_odds"]
    return bool(most <= numbers["best_right"] + 0.02 and (gap > 0.01 or controls.spread < 0.02))


LESSON = Lesson(
    controls=InvarianceControls,
    compute=compute,
    claims=[
        _reversal_is_the_game,
        _nobody_beats_the_densities,
        _the_first_number_alone_is_fair,
        _rates_add_up,
        _to_know_the_group_pays,
    ],
    full={"seeds": 10},
)
