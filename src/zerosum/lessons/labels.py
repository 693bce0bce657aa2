"""Few labels and many points: a discriminator of K classes, and what a generator adds to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor

from zerosum.games.parts.discrimination import discriminator_loss
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Seed
from zerosum.lessons.few_labels import KINDS, Few, Kind, Learnt, Moment, learn_from, new_points
from zerosum.lessons.figures import Animation, Axis, Dots, Frame, HeatMap, Plot
from zerosum.lessons.results import Results, Table, recorded_table
from zerosum.lessons.small_gans import over_seeds
from zerosum.objectives import NonSaturating, cross_entropy
from zerosum.objectives.semi_supervised import realness
from zerosum.types import Progress

__all__ = ["LESSON", "LabelsControls"]

_ROWS = 50
_LOG_2 = float(np.log(2))
_TOLD: Mapping[Kind, str] = {
    "labels alone": "from the labels alone",
    "matching": "against a generator that matches features",
    "usual": "against a generator that pays the usual cost",
    "perfect": "against a generator that draws real points",
    "elsewhere": "against a generator that draws where no real points are",
}


@dataclass(frozen=True, kw_only=True)
class LabelsControls(Controls):
    """How many points and labels there are, how long is played, and logits to look at."""

    labels: Annotated[int, Number(1, 100)] = 3
    """Points of each class whose class is known."""
    unlabelled: Annotated[int, Number(20, 5000)] = 500
    """Points whose class is not known."""
    deviation: Annotated[float, Number(0.01, 0.15)] = 0.06
    """Standard deviation σ of the points around the two half circles; all lie within -1 to 1."""
    rounds: Annotated[int, Number(20, 5000)] = 500
    """Rounds of each game."""
    seeds: Annotated[int, Number(1, 20)] = 1
    """Games of each kind, with other labels, points and first weights."""
    seed: Seed = 0
    """From which points, weights and logits follow."""
    classes: Annotated[int, Number(2, 20)] = 3
    """K, in the table of logits."""
    shift: Annotated[float, Number(-20.0, 20.0)] = 2.0
    """What is added to all logits there."""

    def few(self, index: int) -> Few:
        """The points of one of the seeds."""
        return Few(
            labels=self.labels,
            unlabelled=self.unlabelled,
            deviation=self.deviation,
            rounds=self.rounds,
            seed=(self.seed + index) % 2**32,
        )


@dataclass(frozen=True)
class _Played:
    """Games of all kinds, one for each seed, and what the best that there can be has right."""

    games: Mapping[Kind, Sequence[Learnt]]
    best: Sequence[Tensor]


def compute(controls: LabelsControls, progress: Progress) -> Results:
    """The logits, and the games."""
    logits = _logits(controls)
    few = tuple(controls.few(index) for index in range(controls.seeds))
    played = _play(few, progress)
    measured = _measured(controls, played)
    return Results(
        answer=_answer(controls, played),
        numbers={
            **logits,
            "right": {name: _rights(each) for name, each in played.games.items()},
            "best": [float(each.double().mean()) for each in played.best],
            "paid": {
                name: [_paid(each) for each in games] for name, games in played.games.items()
            },
            "log_2": _LOG_2,
        },
        tables={
            "logits": _logits_table(controls, logits),
            "measured": measured,
            "recorded": recorded_table("labels") or measured,
        },
        figures={
            "borders": _film(few[0], played),
            **{
                name: _last(few[0], played, name, f"D that learnt {_TOLD[name]}")
                for name in ("usual", "perfect", "elsewhere")
            },
        },
    )


def _logits(controls: LabelsControls) -> dict[str, Any]:
    """Probabilities of K classes and of "generated", in the ways that should agree."""
    random = torch.Generator().manual_seed(controls.seed)
    free = 3 * torch.randn(_ROWS, controls.classes + 1, generator=random, dtype=torch.float64)
    logits, labels = free[:, :-1], torch.arange(_ROWS) % controls.classes
    with_fake = torch.cat([logits, torch.zeros(_ROWS, 1, dtype=torch.float64)], dim=1)
    real, shifted = realness(logits), logits + controls.shift
    others = (free - free[:, -1:])[:, :-1]
    of_others = realness(others)[:, None].sigmoid()
    return {
        "l": logits,
        "z": logits.exp().sum(dim=1),
        "plus_one": with_fake.softmax(dim=1),
        "given_real": logits.softmax(dim=1),
        "d": real.sigmoid(),
        "lambda": real,
        "shifted_lambda": realness(shifted),
        "shifted_given_real": shifted.softmax(dim=1),
        "shifted_d": realness(shifted).sigmoid(),
        "free": free.softmax(dim=1),
        "reduced": torch.cat([others.softmax(dim=1) * of_others, 1 - of_others], dim=1),
        "loss_of_all": -with_fake.log_softmax(dim=1)[torch.arange(_ROWS), labels],
        "loss_of_parts": cross_entropy(logits, labels) + NonSaturating().real_cost(real),
    }


_learnt = lru_cache(maxsize=64)(learn_from)


def _play(few: tuple[Few, ...], progress: Progress) -> _Played:
    games: dict[Kind, list[Learnt]] = {name: [] for name in KINDS}
    best = []
    for index, each in enumerate(few):
        for number, name in enumerate(KINDS):
            progress(index * len(KINDS) + number, len(few) * len(KINDS))
            games[name].append(_learnt(each, name))
        points, labels = new_points(each)
        upper, lower = (moon.density(points) for moon in each.moons)
        best.append((lower > upper) == (labels == 1))
    progress(1, 1)
    return _Played(games, best)


def _rights(games: Sequence[Learnt]) -> list[float]:
    return [float(each.right.double().mean()) for each in games]


def _paid(learnt: Learnt) -> tuple[float, float]:
    """What D pays for telling new real from generated points, and its standard error."""
    objective = NonSaturating()
    costs = torch.cat([objective.real_cost(learnt.real), objective.fake_cost(learnt.made)])
    mean = 0.5 * float(discriminator_loss(objective, learnt.real, learnt.made))
    return mean, float(costs.std()) / len(costs) ** 0.5


def _answer(controls: LabelsControls, played: _Played) -> str:
    def told(name: Kind) -> str:
        return f"{100 * np.mean(_rights(played.games[name])):.1f} %"

    return (
        f"From {controls.labels} labels of each class alone {told('labels alone')} of new points "
        f"are classified right; with {controls.unlabelled:,} points without labels "
        f"{told('matching')} against a generator that matches features, {told('usual')} against "
        f"one that pays the usual cost, and {told('perfect')} against a perfect one."
    )


def _measured(controls: LabelsControls, played: _Played) -> Table:
    alone = np.array(_rights(played.games["labels alone"]))
    rows: list[tuple[Any, ...]] = []
    for name, games in played.games.items():
        right = np.array(_rights(games))
        paid = np.mean([_paid(each)[0] for each in games])
        rows.append(
            (
                f"learns {_TOLD[name]}",
                over_seeds(100 * right, digits=1),
                f"{100 * right.min():.1f} to {100 * right.max():.1f}",
                _gain(right - alone),
                float(paid),
            )
        )
    best = np.array([float(each.double().mean()) for each in played.best])
    rows.append(
        ("knows both densities", over_seeds(100 * best, digits=1), "", _gain(best - alone), "")
    )
    times = "one game" if controls.seeds == 1 else f"{controls.seeds} games"
    return Table(
        title=(
            f"{controls.labels} labels of each class, {controls.unlabelled:,} points without, "
            f"{controls.rounds:,} rounds; {times} of each kind"
        ),
        columns=(
            "the discriminator",
            "new points right, %, mean ± standard deviation",
            "least to greatest",
            "gain over labels alone, ± standard error",
            "what it pays to tell real from generated (log 2 = 0.693: nothing learnt)",
        ),
        rows=rows,
    )


def _gain(values: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    mean = f"{100 * values.mean():+.1f}"
    error = 100 * values.std(ddof=1) / len(values) ** 0.5 if len(values) > 1 else None
    return mean if error is None else f"{mean} ± {error:.1f}"


def _logits_table(controls: LabelsControls, found: Mapping[str, Any]) -> Table:
    def told(row: Tensor) -> str:
        return ", ".join(f"{each:.3f}" for each in row.tolist())

    rows = [
        (
            told(found["l"][row]),
            told(found["plus_one"][row]),
            float(found["d"][row]),
            told(found["given_real"][row]),
            float(found["shifted_d"][row]),
            told(found["shifted_given_real"][row]),
        )
        for row in range(3)
    ]
    shift = f"{controls.shift:+g}".replace("-", "−")
    return Table(
        title=f"K = {controls.classes} logits, and the same {shift}",
        columns=(
            "logits l",
            "softmax of l and 0: the classes, and generated",
            "D = Z/(Z + 1)",
            "softmax of l: the classes, if real",
            f"D for l {shift}",
            f"classes for l {shift}, if real",
        ),
        rows=rows,
    )


def _film(few: Few, played: _Played) -> Animation:
    both = [played.games[name][0].moments for name in ("labels alone", "matching")]
    return Animation(
        title="Without and with points that have no labels, while learning",
        frames=[
            Frame(
                caption=(
                    f"After round {alone.round:,} of {few.rounds:,}. Right of new points: "
                    f"{100 * alone.right:.1f} % by labels alone, {100 * more.right:.1f} % with "
                    "points without labels."
                ),
                panels=(
                    _plane(few, alone, "By labels alone", generated=False),
                    _plane(few, more, "Against a generator that matches features"),
                ),
            )
            for alone, more in zip(*both, strict=True)
        ],
    )


def _last(few: Few, played: _Played, name: Kind, title: str) -> Plot:
    moment = played.games[name][0].moments[-1]
    return _plane(few, moment, f"{title}: {100 * moment.right:.1f} % right")


def _plane(few: Few, moment: Moment, title: str, *, generated: bool = True) -> Plot:
    whole = (-1.0, 1.0)
    known = few.labelled.images.flatten(1).double().numpy()
    others = few.others[:: max(1, len(few.others) // 150)].double().numpy()
    made = [Dots(name="generated", x=moment.made[:, 0], y=moment.made[:, 1], size=2.5, colour=3)]
    return Plot(
        title=title,
        x=Axis(label="x", limits=whole),
        y=Axis(label="y", limits=whole),
        marks=[
            HeatMap(name="probability of the upper class", values=moment.upper, x=whole, y=whole),
            Dots(name="without labels", x=others[:, 0], y=others[:, 1], size=2.5, colour=6),
            *(made if generated else []),
            *(
                Dots(
                    name=f"labelled {name}",
                    x=known[start : start + few.labels, 0],
                    y=known[start : start + few.labels, 1],
                    size=8.0,
                    colour=colour,
                )
                for name, start, colour in (("upper", 0, 2), ("lower", few.labels, 4))
            ),
        ],
        equal=True,
    )


@states(
    "The last of K + 1 probabilities is 1/(Z + 1), and the others add up to D = Z/(Z + 1) = σ(λ)."
)
def _d_is_z_over_z_plus_one(_: LabelsControls, results: Results) -> bool:
    numbers = results.numbers
    z, plus_one = numbers["z"], numbers["plus_one"]
    return bool(
        torch.allclose(plus_one[:, -1], 1 / (z + 1))
        and torch.allclose(plus_one[:, :-1].sum(dim=1), z / (z + 1))
        and torch.allclose(numbers["d"], z / (z + 1))
    )


@states(
    "Of a picture that is real, the classes have the probabilities of the softmax of K logits."
)
def _the_classes_are_those_of_the_softmax(_: LabelsControls, results: Results) -> bool:
    numbers = results.numbers
    given_real = numbers["plus_one"][:, :-1] / numbers["d"][:, None]
    return torch.allclose(given_real, numbers["given_real"])


@states(
    "A number that is added to all logits is added to λ, so it changes D; the classes of what is "
    "real keep their probabilities."
)
def _a_shift_changes_d_alone(controls: LabelsControls, results: Results) -> bool:
    numbers = results.numbers
    moved = numbers["shifted_lambda"] - numbers["lambda"]
    same = torch.allclose(numbers["shifted_given_real"], numbers["given_real"])
    return same and bool(torch.allclose(moved, torch.full_like(moved, controls.shift)))


@states(
    "K + 1 free logits are one too many: subtracting the last from all changes no probability."
)
def _one_logit_is_too_many(_: LabelsControls, results: Results) -> bool:
    return torch.allclose(results.numbers["free"], results.numbers["reduced"])


@states(
    "For a picture with a label the loss of K + 1 classes is that of K classes and −log D, added."
)
def _the_loss_falls_into_two(_: LabelsControls, results: Results) -> bool:
    return torch.allclose(results.numbers["loss_of_all"], results.numbers["loss_of_parts"])


@states(
    "Against a generator that draws real points no discriminator pays less than log 2 for telling "
    "them apart (to four standard errors of new points)."
)
def _against_a_perfect_generator_nothing_is_learnt(_: LabelsControls, results: Results) -> bool:
    paid = results.numbers["paid"]["perfect"]
    return all(mean >= _LOG_2 - 4 * error for mean, error in paid)


@states("Nobody has more new points right than who knows both densities (to 2 %).")
def _the_densities_are_the_best(_: LabelsControls, results: Results) -> bool:
    best = np.array(results.numbers["best"])
    return all((np.array(each) <= best + 0.02).all() for each in results.numbers["right"].values())


LESSON = Lesson(
    controls=LabelsControls,
    compute=compute,
    claims=[
        _d_is_z_over_z_plus_one,
        _the_classes_are_those_of_the_softmax,
        _a_shift_changes_d_alone,
        _one_logit_is_too_many,
        _the_loss_falls_into_two,
        _against_a_perfect_generator_nothing_is_learnt,
        _the_densities_are_the_best,
    ],
    full={"seeds": 10},
)
